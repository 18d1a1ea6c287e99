/* Succeeds. */
unsigned long long entrypoint(const unsigned char *input);
unsigned long long entrypoint(const unsigned char *input) {
    (void)input;
    return 0;
}
