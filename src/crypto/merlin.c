/* Only the operations of STROBE that Merlin uses: "meta" data frames what follows, "associated"
 * data is what was said, and PRF draws. */
#include "crypto/merlin.h"

#include "crypto/keccak.h"

enum { RATE = 166, INBOUND = 1, APPLICATION = 2, CIPHER = 4, META = 16 };
enum { AD = APPLICATION, META_AD = META | APPLICATION, PRF = INBOUND | APPLICATION | CIPHER };

static void permute(struct merlin *t) {
    uint8_t *s = t->sponge.bytes;
    s[t->at] ^= t->begin;
    s[t->at + 1] ^= 0x04;
    s[RATE + 1] ^= 0x80;
    keccak_f1600(t->sponge.lanes); /* little-endian lanes, as the machine has them */
    t->at = t->begin = 0;
}

static void absorb(struct merlin *t, struct bytes in) {
    for (size_t i = 0; i < in.n; i++) {
        t->sponge.bytes[t->at++] ^= in.p[i];
        if (t->at == RATE) permute(t);
    }
}

static void squeeze(struct merlin *t, uint8_t *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        out[i] = t->sponge.bytes[t->at];
        t->sponge.bytes[t->at++] = 0;
        if (t->at == RATE) permute(t);
    }
}

static void begin(struct merlin *t, uint8_t flags) {
    uint8_t frame[2] = {t->begin, flags};
    t->begin = (uint8_t)(t->at + 1);
    absorb(t, BYTES_OF(frame));
    if ((flags & CIPHER) && t->at != 0) permute(t);
}

/* The label and, as more of the same, how many bytes follow. */
static void frame(struct merlin *t, const char *label, size_t n) {
    uint8_t length[4];
    store_le32(length, (uint32_t)n);
    begin(t, META_AD);
    absorb(t, bytes_cstr(label));
    absorb(t, BYTES_OF(length));
}

void merlin_init(struct merlin *t, struct bytes label) {
    static const uint8_t start[] = {1, RATE + 2, 1, 0, 1, 96};
    *t = (struct merlin){0};
    memcpy(t->sponge.bytes, start, sizeof start);
    memcpy(t->sponge.bytes + sizeof start, "STROBEv1.0.2", 12);
    keccak_f1600(t->sponge.lanes);
    begin(t, META_AD);
    absorb(t, BYTES_LIT("Merlin v1.0"));
    merlin_append(t, "dom-sep", label);
}

void merlin_append(struct merlin *t, const char *label, struct bytes message) {
    frame(t, label, message.n);
    begin(t, AD);
    absorb(t, message);
}

void merlin_append_u64(struct merlin *t, const char *label, uint64_t value) {
    uint8_t le[8];
    store_le64(le, value);
    merlin_append(t, label, BYTES_OF(le));
}

void merlin_challenge(struct merlin *t, const char *label, uint8_t *out, size_t n) {
    frame(t, label, n);
    begin(t, PRF);
    squeeze(t, out, n);
}
