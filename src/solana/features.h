/* Feature gates: rules that a chain switches on. */
#ifndef TERN_SOLANA_FEATURES_H
#define TERN_SOLANA_FEATURES_H

#include <stdbool.h>

struct sol_features {
#define FEATURE(name, mainnet, id) bool name;
#include "solana/features.def"
#undef FEATURE
};

#define FEATURE(feature, mainnet, id) .feature = mainnet,
/* What mainnet-beta has active. */
static const struct sol_features sol_mainnet_features = {
#include "solana/features.def"
};
#undef FEATURE

#endif
