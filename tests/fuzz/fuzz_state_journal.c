/* The input chooses the operations on a journal; the naive model says what they must do. */
#define MODEL_WITHOUT_CMOCKA
#include "../unit/state/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct drive *d = calloc(1, sizeof *d);
    d->r = (struct rand_source){.state = 1, .input = data, .input_size = size};
    d->j = st_journal_new(NULL);
    d->with_fingerprints = size % 2;
    while (d->r.input_size) drive_step(d);
    m_check_world(d);
    st_journal_free(d->j);
    free(d);
    return 0;
}
