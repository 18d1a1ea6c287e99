// The byte strings are those of aptos-core's tests of these modules, made by arkworks (ark-bls12-381, ark-bn254); the hashes are
// RFC 9380's. The laws are ours.
#[test_only]
module aptos_std::bls12381_algebra_tests {
    use std::bls12381_algebra::{Fq12, FormatFq12LscLsb, G1, FormatG1Uncompr, FormatG1Compr, G2, FormatG2Uncompr, FormatG2Compr, Gt, FormatGt, Fr, FormatFrLsb, FormatFrMsb, HashG1XmdSha256SswuRo, HashG2XmdSha256SswuRo};
    use aptos_std::crypto_algebra::{
        add, deserialize, div, double, downcast, eq, from_u64, hash_to, inv, mul, multi_pairing, multi_scalar_mul, neg, one, order, pairing,
        scalar_mul, serialize, sqr, sub, upcast, zero
    };

    const R: vector<u8> = x"01000000fffffffffe5bfeff02a4bd5305d8a10908d83933487d9d2953a7ed73";
    const Q12: vector<u8> = x"1175f55da544c7625f8ccb1360e2b1d3ca40747811c8f5ed04440afe232b476c0215676aec05f2a44ac2da6b6d1b7cff075e7b2a587e0aab601a8d3db4f0d29906e5e4d0d78119f396d5a59f0f8d1ca8bca62540be6ab9c12d0ca00de1f311f106278d000e55a393c9766a74e0d08a298450f60d7e666575e3354bf14b8731f4e721c0c180a5ed55c2f8f51f815baecbf96b5fc717eb58ac161a27d1d5f2bdc1a079609b9d6449165b2466b32a01eac7992a1ea0cac2f223cde1d56f9bbccc67afe44621daf858df3fc0eb837818f3e42ab3e131ce4e492efa63c108e6ef91c29ed63b3045baebcb0ab8d203c7f558beaffccba31b12aca7f54b58d0c28340e4fdb3c7c94fe9c4fef9d640ff2fcff02f1748416cbed0981fbff49f0e39eaf8a30273e67ed851944d33d6a593ef5ddcd62da84568822a6045b633bf6a513b3cfe8f9de13e76f8dcbd915980dec205eab6a5c0c72dcebd9afff1d25509ddbf33f8e24131fbd74cda93336514340cf8036b66b09ed9e6a6ac37e22fb3ac407e321beae8cd9fe74c8aaeb4edaa9a7272848fc623f6fe835a2e647379f547fc5ec6371318a85bfa60009cb20ccbb8a467492988a87633c14c0324ba0d0c3e1798ed29c8494cea35023746da05e35d184b4a301d5b2238d665495c6318b5af8653758008952d06cb9e62487b196d64383c73c06d6e1cccdf9b3ce8f95679e7050d949004a55f4ccf95b2552880ae36d1f7e09504d2338316d87d14a064511a295d768113e301bdf9d4383a8be32192d3f2f3b2de14181c73839a7cb4af5301";
    const G1_INF: vector<u8> = x"400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const G1_INF_COMPRESSED: vector<u8> = x"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const G1_ONE: vector<u8> = x"17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1";
    const G1_ONE_COMPRESSED: vector<u8> = x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
    const G1_SEVEN: vector<u8> = x"1928f3beb93519eecf0145da903b40a4c97dca00b21f12ac0df3be9116ef2ef27b2ae6bcd4c5bc2d54ef5a70627efcb7108dadbaa4b636445639d5ae3089b3c43a8a1d47818edd1839d7383959a41c10fdc66849cfa1b08c5a11ec7e28981a1c";
    const G1_SEVEN_COMPRESSED: vector<u8> = x"b928f3beb93519eecf0145da903b40a4c97dca00b21f12ac0df3be9116ef2ef27b2ae6bcd4c5bc2d54ef5a70627efcb7";
    const G1_MINUS_SEVEN: vector<u8> = x"1928f3beb93519eecf0145da903b40a4c97dca00b21f12ac0df3be9116ef2ef27b2ae6bcd4c5bc2d54ef5a70627efcb70973642f94c9b055f4e1d20812c1f91329ed2e3d71f635a72d599a679d0cda1320e597b4e1b24f735fed1381d767908f";
    const G1_MINUS_SEVEN_COMPRESSED: vector<u8> = x"9928f3beb93519eecf0145da903b40a4c97dca00b21f12ac0df3be9116ef2ef27b2ae6bcd4c5bc2d54ef5a70627efcb7";
    const G2_INF: vector<u8> = x"400000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const G2_INF_COMPRESSED: vector<u8> = x"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const G2_ONE: vector<u8> = x"13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb80606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801";
    const G2_ONE_COMPRESSED: vector<u8> = x"93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";
    const G2_SEVEN: vector<u8> = x"0d0273f6bf31ed37c3b8d68083ec3d8e20b5f2cc170fa24b9b5be35b34ed013f9a921f1cad1644d4bdb14674247234c8049cd1dbb2d2c3581e54c088135fef36505a6823d61b859437bfc79b617030dc8b40e32bad1fa85b9c0f368af6d38d3c05ecf93654b7a1885695aaeeb7caf41b0239dc45e1022be55d37111af2aecef87799638bec572de86a7437898efa702008b7ae4dbf802c17a6648842922c9467e460a71c88d393ee7af356da123a2f3619e80c3bdcc8e2b1da52f8cd9913ccdd";
    const G2_SEVEN_COMPRESSED: vector<u8> = x"8d0273f6bf31ed37c3b8d68083ec3d8e20b5f2cc170fa24b9b5be35b34ed013f9a921f1cad1644d4bdb14674247234c8049cd1dbb2d2c3581e54c088135fef36505a6823d61b859437bfc79b617030dc8b40e32bad1fa85b9c0f368af6d38d3c";
    const G2_MINUS_SEVEN: vector<u8> = x"0d0273f6bf31ed37c3b8d68083ec3d8e20b5f2cc170fa24b9b5be35b34ed013f9a921f1cad1644d4bdb14674247234c8049cd1dbb2d2c3581e54c088135fef36505a6823d61b859437bfc79b617030dc8b40e32bad1fa85b9c0f368af6d38d3c141418b3e4c84511f485fcc78b80b8bc623d6f3f1282e6da09f9c1860402272ba7129c72c4fcd2174f8ac87671053a8b1149639c79ffba82a4b71f73b11f186f8016a4686ab17ed0ec3d7bc6e476c6ee04c3f3c2d48b1d4ddfac073266ebddce";
    const G2_MINUS_SEVEN_COMPRESSED: vector<u8> = x"ad0273f6bf31ed37c3b8d68083ec3d8e20b5f2cc170fa24b9b5be35b34ed013f9a921f1cad1644d4bdb14674247234c8049cd1dbb2d2c3581e54c088135fef36505a6823d61b859437bfc79b617030dc8b40e32bad1fa85b9c0f368af6d38d3c";
    const GT_ONE: vector<u8> = x"b68917caaa0543a808c53908f694d1b6e7b38de90ce9d83d505ca1ef1b442d2727d7d06831d8b2a7920afc71d8eb50120f17a0ea982a88591d9f43503e94a8f1abaf2e4589f65aafb7923c484540a868883432a5c60e75860b11e5465b1c9a08873ec29e844c1c888cb396933057ffdd541b03a5220eda16b2b3a6728ea678034ce39c6839f20397202d7c5c44bb68134f93193cec215031b17399577a1de5ff1f5b0666bdd8907c61a7651e4e79e0372951505a07fa73c25788db6eb8023519a5aa97b51f1cad1d43d8aabbff4dc319c79a58cafc035218747c2f75daf8f2fb7c00c44da85b129113173d4722f5b201b6b4454062e9ea8ba78c5ca3cadaf7238b47bace5ce561804ae16b8f4b63da4645b8457a93793cbd64a7254f150781019de87ee42682940f3e70a88683d512bb2c3fb7b2434da5dedbb2d0b3fb8487c84da0d5c315bdd69c46fb05d23763f2191aabd5d5c2e12a10b8f002ff681bfd1b2ee0bf619d80d2a795eb22f2aa7b85d5ffb671a70c94809f0dafc5b73ea2fb0657bae23373b4931bc9fa321e8848ef78894e987bff150d7d671aee30b3931ac8c50e0b3b0868effc38bf48cd24b4b811a2995ac2a09122bed9fd9fa0c510a87b10290836ad06c8203397b56a78e9a0c61c77e56ccb4f1bc3d3fcaea7550f3503efe30f2d24f00891cb45620605fcfaa4292687b3a7db7c1c0554a93579e889a121fd8f72649b2402996a084d2381c5043166673b3849e4fd1e7ee4af24aa8ed443f56dfd6b68ffde4435a92cd7a4ac3bc77e1ad0cb728606cf08bf6386e5410f";
    const GT_SEVEN: vector<u8> = x"2041ea7b66c19680e2c0bb23245a71918753220b31f88a925aa9b1e192e7c188a0b365cb994b3ec5e809206117c6411242b940b10caa37ce734496b3b7c63578a0e3c076f9b31a7ca13a716262e0e4cda4ac994efb9e19893cbfe4d464b9210d099d808a08b3c4c3846e7529984899478639c4e6c46152ef49a04af9c8e6ff442d286c4613a3dac6a4bee4b40e1f6b030f2871dabe4223b250c3181ecd3bc6819004745aeb6bac567407f2b9c7d1978c45ee6712ae46930bc00638383f6696158bad488cbe7663d681c96c035481dbcf78e7a7fbaec3799163aa6914cef3365156bdc3e533a7c883d5974e3462ac6f19e3f9ce26800ae248a45c5f0dd3a48a185969224e6cd6af9a048241bdcac9800d94aeee970e08488fb961e36a769b6c185d185b4605dc9808517196bba9d00a3e37bca466c19187486db104ee03962d39fe473e276355618e44c965f05082bb027a7baa4bcc6d8c0775c1e8a481e77df36ddad91e75a982302937f543a11fe71922dcd4f46fe8f951f91cde412b359507f2b3b6df0374bfe55c9a126ad31ce254e67d64194d32d7955ec791c9555ea5a917fc47aba319e909de82da946eb36e12aff936708402228295db2712f2fc807c95092a86afd71220699df13e2d2fdf2857976cb1e605f72f1b2edabadba3ff05501221fe81333c13917c85d725ce92791e115eb0289a5d0b3330901bb8b0ed146abeb81381b7331f1c508fb14e057b05d8b0190a9e74a3d046dcd24e7ab747049945b3d8a120c4f6d88e67661b55573aa9b361367488a1ef7dffd967d64a1518";
    const GT_MINUS_SEVEN: vector<u8> = x"2041ea7b66c19680e2c0bb23245a71918753220b31f88a925aa9b1e192e7c188a0b365cb994b3ec5e809206117c6411242b940b10caa37ce734496b3b7c63578a0e3c076f9b31a7ca13a716262e0e4cda4ac994efb9e19893cbfe4d464b9210d099d808a08b3c4c3846e7529984899478639c4e6c46152ef49a04af9c8e6ff442d286c4613a3dac6a4bee4b40e1f6b030f2871dabe4223b250c3181ecd3bc6819004745aeb6bac567407f2b9c7d1978c45ee6712ae46930bc00638383f6696158bad488cbe7663d681c96c035481dbcf78e7a7fbaec3799163aa6914cef3365156bdc3e533a7c883d5974e3462ac6f19e3f9ce26800ae248a45c5f0dd3a48a185969224e6cd6af9a048241bdcac9800d94aeee970e08488fb961e36a769b6c184e92a4b9fa2366b1ae8ebdf5542fa1e0ec390c90df40a91e5261800581b5492bd9640d1c5352babc551d1a49998f4517312f55b4339272b28a3e6b0c7d182e2bb61bd7d72b29ae3696db8fafe32b904ab5d0764e46bf21f9a0c9a1f7bedc6b12b9f64820fc8b3fd4a26541472be3c9c93d784cdd53a059d1604bf3292fedd1babfb00398128e3241bc63a5a47b5e9207fcb0c88f7bfddc376a242c9f0c032ba28eec8670f1fa1d47567593b4571c983b8015df91cfa1241b7fb8a57e0e6e01145b98de017eccc2a66e83ced9d83119a505e552467838d35b8ce2f4d7cc9a894f6dee922f35f0e72b7e96f0879b0c8614d3f9e5f5618b5be9b82381628448641a8bb0fd1dffb16c70e6831d8d69f61f2a2ef9e90c421f7a5b1ce7a5d113c7eb01";
    const FQ12_MINUS_SEVEN: vector<u8> = x"a4aafffffffffeb9ffff53b1feffab1e24f6b0f6a0d23067bf1285f3844b7764d7ac4b43b6a71b4b9ae67f39ea11011a000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const FR_MINUS_SEVEN: vector<u8> = x"fafffffffefffffffe5bfeff02a4bd5305d8a10908d83933487d9d2953a7ed73";
    const FR_SEVEN_MSB: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000007";

    #[test]
    fun orders() {
        assert!(order<Fr>() == R && order<G1>() == R && order<G2>() == R && order<Gt>() == R && order<Fq12>() == Q12, 0);
    }

    #[test]
    fun field_fr() {
        let (seven, nine) = (from_u64<Fr>(7), from_u64<Fr>(9));
        let minus = neg(&seven);
        assert!(serialize<Fr, FormatFrLsb>(&minus) == FR_MINUS_SEVEN && serialize<Fr, FormatFrMsb>(&seven) == FR_SEVEN_MSB, 0);
        assert!(eq(&deserialize<Fr, FormatFrLsb>(&FR_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<Fr, FormatFrMsb>(&FR_SEVEN_MSB).extract(), &seven), 0);
        assert!(eq(&add(&minus, &nine), &from_u64<Fr>(2)) && eq(&sub(&nine, &seven), &from_u64<Fr>(2)), 0);
        assert!(eq(&sub(&from_u64<Fr>(2), &nine), &minus), 0);
        assert!(eq(&mul(&seven, &nine), &from_u64<Fr>(63)) && eq(&sqr(&minus), &from_u64<Fr>(49)), 0);
        assert!(eq(&div(&from_u64<Fr>(63), &nine).extract(), &seven), 0);
        assert!(eq(&mul(&inv(&minus).extract(), &minus), &one<Fr>()), 0);
        assert!(inv(&zero<Fr>()).is_none() && div(&seven, &zero<Fr>()).is_none(), 0);
        assert!(!eq(&seven, &nine) && eq(&neg(&zero<Fr>()), &zero<Fr>()), 0);
        let order = order<Fr>();
        assert!(deserialize<Fr, FormatFrLsb>(&order).is_none() && deserialize<Fr, FormatFrLsb>(&x"ffff").is_none(), 0);
        order.reverse();
        assert!(deserialize<Fr, FormatFrMsb>(&order).is_none() && deserialize<Fr, FormatFrMsb>(&b"").is_none(), 0);
    }

    #[test]
    fun field_fq12() {
        let (seven, nine) = (from_u64<Fq12>(7), from_u64<Fq12>(9));
        let minus = neg(&seven);
        assert!(serialize<Fq12, FormatFq12LscLsb>(&minus) == FQ12_MINUS_SEVEN, 0);
        assert!(eq(&deserialize<Fq12, FormatFq12LscLsb>(&FQ12_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&add(&minus, &nine), &from_u64<Fq12>(2)) && eq(&sub(&from_u64<Fq12>(2), &nine), &minus), 0);
        assert!(eq(&mul(&seven, &nine), &from_u64<Fq12>(63)) && eq(&div(&from_u64<Fq12>(63), &nine).extract(), &seven), 0);
        let x = upcast<Gt, Fq12>(&one<Gt>());
        assert!(eq(&sqr(&x), &mul(&x, &x)) && eq(&mul(&inv(&x).extract(), &x), &one<Fq12>()), 0);
        assert!(inv(&zero<Fq12>()).is_none() && div(&x, &zero<Fq12>()).is_none(), 0);
        assert!(downcast<Fq12, Gt>(&seven).is_none() && downcast<Fq12, Gt>(&zero<Fq12>()).is_none(), 0);
        assert!(eq(&downcast<Fq12, Gt>(&x).extract(), &one<Gt>()) && eq(&upcast<Gt, Fq12>(&zero<Gt>()), &one<Fq12>()), 0);
        let bytes = serialize<Fq12, FormatFq12LscLsb>(&x);
        for (i in 0..48) *bytes.borrow_mut(i) = 0xff;
        assert!(deserialize<Fq12, FormatFq12LscLsb>(&bytes).is_none() && deserialize<Fq12, FormatFq12LscLsb>(&x"ffff").is_none(), 0);
    }

    #[test]
    fun group_g1() {
        let (p, k) = (one<G1>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        let minus = neg(&seven);
        assert!(serialize<G1, FormatG1Uncompr>(&zero<G1>()) == G1_INF && serialize<G1, FormatG1Compr>(&zero<G1>()) == G1_INF_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&p) == G1_ONE && serialize<G1, FormatG1Compr>(&p) == G1_ONE_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&seven) == G1_SEVEN && serialize<G1, FormatG1Compr>(&seven) == G1_SEVEN_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&minus) == G1_MINUS_SEVEN && serialize<G1, FormatG1Compr>(&minus) == G1_MINUS_SEVEN_COMPRESSED, 0);
        assert!(eq(&deserialize<G1, FormatG1Uncompr>(&G1_INF).extract(), &zero<G1>()), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_INF_COMPRESSED).extract(), &zero<G1>()), 0);
        assert!(eq(&deserialize<G1, FormatG1Uncompr>(&G1_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_MINUS_SEVEN_COMPRESSED).extract(), &minus), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_SEVEN_COMPRESSED).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &minus), &zero<G1>()) && eq(&add(&zero<G1>(), &seven), &seven) && eq(&double(&zero<G1>()), &zero<G1>()), 0);
        assert!(eq(&scalar_mul(&p, &zero<Fr>()), &zero<G1>()) && eq(&scalar_mul(&zero<G1>(), &k), &zero<G1>()), 0);
        assert!(eq(&scalar_mul(&seven, &neg(&one<Fr>())), &minus) && !eq(&seven, &minus), 0);
        let (points, scalars, sum) = (vector[], vector[], 0);
        for (i in 0..40) {
            points.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            scalars.push_back(from_u64<Fr>(1000000007 * i));
            sum += 1000000007 * i * i;
        };
        assert!(eq(&multi_scalar_mul(&points, &scalars), &scalar_mul(&p, &from_u64<Fr>(sum))), 0);
        assert!(eq(&multi_scalar_mul<G1, Fr>(&vector[], &vector[]), &zero<G1>()), 0);
        let short = G1_ONE;
        short.pop_back();
        assert!(deserialize<G1, FormatG1Uncompr>(&short).is_none() && deserialize<G1, FormatG1Compr>(&G1_ONE).is_none(), 0);
        let off = G1_ONE;
        let i = 95;
        *off.borrow_mut(i) = *off.borrow(i) ^ 1;
        assert!(deserialize<G1, FormatG1Uncompr>(&off).is_none(), 0);
        let large = G1_ONE_COMPRESSED;
        let n = large.length();
        for (k in 0..n) *large.borrow_mut(k) = *large.borrow(k) | 0x1f;
        assert!(deserialize<G1, FormatG1Compr>(&large).is_none(), 0);
    }

    #[test]
    fun group_g2() {
        let (p, k) = (one<G2>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        let minus = neg(&seven);
        assert!(serialize<G2, FormatG2Uncompr>(&zero<G2>()) == G2_INF && serialize<G2, FormatG2Compr>(&zero<G2>()) == G2_INF_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&p) == G2_ONE && serialize<G2, FormatG2Compr>(&p) == G2_ONE_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&seven) == G2_SEVEN && serialize<G2, FormatG2Compr>(&seven) == G2_SEVEN_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&minus) == G2_MINUS_SEVEN && serialize<G2, FormatG2Compr>(&minus) == G2_MINUS_SEVEN_COMPRESSED, 0);
        assert!(eq(&deserialize<G2, FormatG2Uncompr>(&G2_INF).extract(), &zero<G2>()), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_INF_COMPRESSED).extract(), &zero<G2>()), 0);
        assert!(eq(&deserialize<G2, FormatG2Uncompr>(&G2_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_MINUS_SEVEN_COMPRESSED).extract(), &minus), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_SEVEN_COMPRESSED).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &minus), &zero<G2>()) && eq(&add(&zero<G2>(), &seven), &seven) && eq(&double(&zero<G2>()), &zero<G2>()), 0);
        assert!(eq(&scalar_mul(&p, &zero<Fr>()), &zero<G2>()) && eq(&scalar_mul(&zero<G2>(), &k), &zero<G2>()), 0);
        assert!(eq(&scalar_mul(&seven, &neg(&one<Fr>())), &minus) && !eq(&seven, &minus), 0);
        let (points, scalars, sum) = (vector[], vector[], 0);
        for (i in 0..40) {
            points.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            scalars.push_back(from_u64<Fr>(1000000007 * i));
            sum += 1000000007 * i * i;
        };
        assert!(eq(&multi_scalar_mul(&points, &scalars), &scalar_mul(&p, &from_u64<Fr>(sum))), 0);
        assert!(eq(&multi_scalar_mul<G2, Fr>(&vector[], &vector[]), &zero<G2>()), 0);
        let short = G2_ONE;
        short.pop_back();
        assert!(deserialize<G2, FormatG2Uncompr>(&short).is_none() && deserialize<G2, FormatG2Compr>(&G2_ONE).is_none(), 0);
        let off = G2_ONE;
        let i = 191;
        *off.borrow_mut(i) = *off.borrow(i) ^ 1;
        assert!(deserialize<G2, FormatG2Uncompr>(&off).is_none(), 0);
        let large = G2_ONE_COMPRESSED;
        let n = large.length();
        for (k in 0..n) *large.borrow_mut(k) = *large.borrow(k) | 0x1f;
        assert!(deserialize<G2, FormatG2Compr>(&large).is_none(), 0);
    }

    #[test]
    fun group_gt() {
        let (p, k) = (one<Gt>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        assert!(serialize<Gt, FormatGt>(&p) == GT_ONE && serialize<Gt, FormatGt>(&seven) == GT_SEVEN, 0);
        assert!(serialize<Gt, FormatGt>(&neg(&seven)) == GT_MINUS_SEVEN, 0);
        assert!(eq(&deserialize<Gt, FormatGt>(&GT_SEVEN).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &neg(&seven)), &zero<Gt>()), 0);
        assert!(deserialize<Gt, FormatGt>(&FQ12_MINUS_SEVEN).is_none() && deserialize<Gt, FormatGt>(&x"ffff").is_none(), 0);
    }

    #[test]
    fun pairings() {
        assert!(eq(&pairing<G1, G2, Gt>(&one<G1>(), &one<G2>()), &one<Gt>()), 0);
        let (a, b) = (from_u64<Fr>(0xabcdef0123456789), from_u64<Fr>(0x1122334455667788));
        let (p, q) = (scalar_mul(&one<G1>(), &a), scalar_mul(&one<G2>(), &b));
        assert!(eq(&pairing<G1, G2, Gt>(&p, &q), &scalar_mul(&one<Gt>(), &mul(&a, &b))), 0);
        assert!(eq(&pairing<G1, G2, Gt>(&p, &zero<G2>()), &zero<Gt>()) && eq(&pairing<G1, G2, Gt>(&zero<G1>(), &q), &zero<Gt>()), 0);
        let (left, right, sum) = (vector[], vector[], zero<Gt>());
        for (i in 0..20) {
            left.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            right.push_back(scalar_mul(&q, &from_u64<Fr>(3 * i + 1)));
            sum = add(&sum, &scalar_mul(&one<Gt>(), &mul(&mul(&a, &b), &from_u64<Fr>(i * (3 * i + 1)))));
        };
        assert!(eq(&multi_pairing<G1, G2, Gt>(&left, &right), &sum), 0);
        assert!(eq(&multi_pairing<G1, G2, Gt>(&vector[], &vector[]), &zero<Gt>()), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::crypto_algebra)]
    fun sums_need_a_scalar_for_each_point() {
        multi_scalar_mul<G1, Fr>(&vector[one<G1>()], &vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::crypto_algebra)]
    fun pairings_need_pairs() {
        multi_pairing<G1, G2, Gt>(&vector[one<G1>()], &vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun groups_do_not_multiply() {
        mul(&one<G1>(), &one<G1>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun fields_do_not_double() {
        double(&one<Fr>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun formats_belong_to_structures() {
        serialize<G1, FormatG2Compr>(&one<G1>());
    }

    #[test]
    fun memory_suffices_for_so_many() {
        for (i in 0..7281) zero<G1>();
    }

    #[test]
    #[expected_failure(abort_code = 0x90003, location = aptos_std::crypto_algebra)]
    fun and_no_more() {
        for (i in 0..7282) zero<G1>();
    }

    #[test]
    fun hashes() {
        assert!(serialize<G1, FormatG1Uncompr>(&hash_to<G1, HashG1XmdSha256SswuRo>(&b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_", &b"")) == x"052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a108ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&hash_to<G1, HashG1XmdSha256SswuRo>(&b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_", &b"abcdef0123456789")) == x"11e0b079dea29a68f0383ee94fed1b940995272407e3bb916bbf268c263ddd57a6a27200a784cbc248e84f357ce82d9803a87ae2caf14e8ee52e51fa2ed8eefe80f02457004ba4d486d6aa1f517c0889501dc7413753f9599b099ebcbbd2d709", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&hash_to<G2, HashG2XmdSha256SswuRo>(&b"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_", &b"")) == x"05cb8437535e20ecffaef7752baddf98034139c38452458baeefab379ba13dff5bf5dd71b72418717047f5b0f37da03d0141ebfbdca40eb85b87142e130ab689c673cf60f1a3e98d69335266f30d9b8d4ac44c1038e9dcdd5393faf5c41fb78a12424ac32561493f3fe3c260708a12b7c620e7be00099a974e259ddc7d1f6395c3c811cdd19f1e8dbf3e9ecfdcbab8d60503921d7f6a12805e72940b963c0cf3471c7b2a524950ca195d11062ee75ec076daf2d4bc358c4b190c0c98064fdd92", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&hash_to<G2, HashG2XmdSha256SswuRo>(&b"QUUX-V01-CS02-with-BLS12381G2_XMD:SHA-256_SSWU_RO_", &b"abcdef0123456789")) == x"190d119345b94fbd15497bcba94ecf7db2cbfd1e1fe7da034d26cbba169fb3968288b3fafb265f9ebd380512a71c3f2c121982811d2491fde9ba7ed31ef9ca474f0e1501297f68c298e9f4c0028add35aea8bb83d53c08cfc007c1e005723cd00bb5e7572275c567462d91807de765611490205a941a5a6af3b1691bfe596c31225d3aabdf15faff860cb4ef17c7c3be05571a0f8d3c08d094576981f4a3b8eda0a8e771fcdcc8ecceaf1356a6acf17574518acb506e435b639353c2e14827c8", 0);
    }
}

#[test_only]
module aptos_std::bn254_algebra_tests {
    use std::bn254_algebra::{Fr, FormatFrLsb, FormatFrMsb, Fq, FormatFqLsb, FormatFqMsb, Fq12, FormatFq12LscLsb, G1, FormatG1Uncompr, FormatG1Compr, G2, FormatG2Uncompr, FormatG2Compr, Gt, FormatGt};
    use aptos_std::crypto_algebra::{
        add, deserialize, div, double, downcast, eq, from_u64, inv, mul, multi_pairing, multi_scalar_mul, neg, one, order, pairing,
        scalar_mul, serialize, sqr, sub, upcast, zero
    };

    const R: vector<u8> = x"010000f093f5e1439170b97948e833285d588181b64550b829a031e1724e6430";
    const Q12: vector<u8> = x"21f186cad2e2d4c1dbaf8a066b0ebf41f734e3f859b1c523a6c1f4d457413fdbe3cd44add090135d3ae519acc30ee3bdb6bfac6573b767e975b18a77d53cdcddebf3672c74da9d1409d51b2b2db7ff000d59e3aa7cf09220159f925c86b65459ca6558c4eaa703bf45d85030ff85cc6a879c7e2c4034f7045faf20e4d3dcfffac5eb6634c3e7b939b69b2be70bdf6b9a4680297839b4e3a48cd746bd4d0ea82749ffb7e71bd9b3fb10aa684d71e6adab1250b1d8604d91b51c76c256a50b60ddba2f52b6cc853ac926c6ea86d09d400b2f2330e5c8e92e38905ba50a50c9e11cd979c284bf1327ccdc051a6da1a4a7eac5cec16757a27a1a2311bedd108a9b21ac0814269e7523a5dd3a1f5f4767ffe504a6cb3994fb0ec98d5cd5da00b9cb1188a85f2aa871ecb8a0f9d64141f1ccd2699c138e0ef9ac4d8d6a692b29db0f38b60eb08426ab46109fbab9a5221bb44dd338aafebcc4e6c10dd933597f3ff44ba41d04e82871447f3a759cfa9397c22c0c77f13618dfb65adc8aacf008";
    const Q: vector<u8> = x"47fd7cd8168c203c8dca7168916a81975d588181b64550b829a031e1724e6430";
    const G1_INF: vector<u8> = x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000040";
    const G1_INF_COMPRESSED: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000040";
    const G1_ONE: vector<u8> = x"01000000000000000000000000000000000000000000000000000000000000000200000000000000000000000000000000000000000000000000000000000000";
    const G1_ONE_COMPRESSED: vector<u8> = x"0100000000000000000000000000000000000000000000000000000000000000";
    const G1_SEVEN: vector<u8> = x"78e0ffab866b3a9876bd01b8ecc66fcb86936277f425539a758dbbd32e2b07179eafd4607f9f80771bf4185df03bfead7a3719fa4bb57b0152dd30d16cda8a16";
    const G1_SEVEN_COMPRESSED: vector<u8> = x"78e0ffab866b3a9876bd01b8ecc66fcb86936277f425539a758dbbd32e2b0717";
    const G1_MINUS_SEVEN: vector<u8> = x"78e0ffab866b3a9876bd01b8ecc66fcb86936277f425539a758dbbd32e2b0717a94da87797ec9fc471d6580ba12e83e9e22068876a90d4b6d7c200100674d999";
    const G1_MINUS_SEVEN_COMPRESSED: vector<u8> = x"78e0ffab866b3a9876bd01b8ecc66fcb86936277f425539a758dbbd32e2b0797";
    const G2_INF: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000040";
    const G2_INF_COMPRESSED: vector<u8> = x"00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000040";
    const G2_ONE: vector<u8> = x"edf692d95cbdde46ddda5ef7d422436779445c5e66006a42761e1f12efde0018c212f3aeb785e49712e7a9353349aaf1255dfb31b7bf60723a480d9293938e19aa7dfa6601cce64c7bd3430c69e7d1e38f40cb8d8071ab4aeb6d8cdba55ec8125b9722d1dcdaac55f38eb37033314bbc95330c69ad999eec75f05f58d0890609";
    const G2_ONE_COMPRESSED: vector<u8> = x"edf692d95cbdde46ddda5ef7d422436779445c5e66006a42761e1f12efde0018c212f3aeb785e49712e7a9353349aaf1255dfb31b7bf60723a480d9293938e19";
    const G2_SEVEN: vector<u8> = x"08b328aa2a1490c3892ae375ba53a257162f1cde012e70edf8fc27435ddc4b2255243646bade3e596dee466e51d40fbe631e55841e085d6ae2bd9a5a01ba03293f23144105e8212ed8df28ca0e8031d47b7a7de372b3ccee1750262af5ff921dd8e03503be1eedbaadf7e6c4a1be3670d14a46da5fafee7adbdeb2a6cdb7c803";
    const G2_SEVEN_COMPRESSED: vector<u8> = x"08b328aa2a1490c3892ae375ba53a257162f1cde012e70edf8fc27435ddc4b2255243646bade3e596dee466e51d40fbe631e55841e085d6ae2bd9a5a01ba0329";
    const G2_MINUS_SEVEN: vector<u8> = x"08b328aa2a1490c3892ae375ba53a257162f1cde012e70edf8fc27435ddc4b2255243646bade3e596dee466e51d40fbe631e55841e085d6ae2bd9a5a01ba032908da689711a4fe0db5ea489e82ea4fc3e1dd039e439283c911500bb77d4ed1126f1c47d5586d3381dfd28aa3efab4a278c0d3ba75696613d4ec17e3aa5969bac";
    const G2_MINUS_SEVEN_COMPRESSED: vector<u8> = x"08b328aa2a1490c3892ae375ba53a257162f1cde012e70edf8fc27435ddc4b2255243646bade3e596dee466e51d40fbe631e55841e085d6ae2bd9a5a01ba03a9";
    const GT_ONE: vector<u8> = x"950e879d73631f5eb5788589eb5f7ef8d63e0a28de1ba00dfe4ca9ed3f252b264a8afb8eb4349db466ed1809ea4d7c39bdab7938821f1b0a00a295c72c2de002e01dbdfd0254134efcb1ec877395d25f937719b344adb1a58d129be2d6f2a9132b16a16e8ab030b130e69c69bd20b4c45986e6744a98314b5c1a0f50faa90b04dbaf9ef8aeeee3f50be31c210b598f4752f073987f9d35be8f6770d83f2ffc0af0d18dd9d2dbcdf943825acc12a7a9ddca45e629d962c6bd64908c3930a5541cfe2924dcc5580d5cef7a4bfdec90a91b59926f850d4a7923c01a5a5dbf0f5c094a2b9fb9d415820fa6b40c59bb9eade9c953407b0fc11da350a9d872cad6d3142974ca385854afdf5f583c04231adc5957c8914b6b20dc89660ed7c3bbe7c01d972be2d53ecdb27a1bcc16ac610db95aa7d237c8ff55a898cb88645a0e32530b23d7ebf5dafdd79b0f9c2ac4ba07ce18d3d16cf36e47916c4cae5d08d3afa813972c769e8514533e380c9443b3e1ee5c96fa3a0a73f301b626454721527bf900";
    const GT_SEVEN: vector<u8> = x"533a587534641b568125fb273eac723c789a347eba9fcfd58d93742b3a0b782fd61bbf6202e04b8a33b6c60150fc62a071cb9ac9749a79031fd0dbb6dd8a1f2bcf1eb450bdf58fd3d124b2e0aaf878d11e96af3051631145a4bf0530b5d19d08bfe2d515530b9059525b2826587f7bf1f146bfd0e91e84411c7722abb7a8c418b20b1660b41e6949beff93b2b36303e74804df3335ab5bd85bfd7959d6fd3101d0bf6f681eb809c9a6c3544db7f81444e5c4fbdd0a31e920616ae08a2ab5f51ebf064c4906c7b29521e8fda3d704830a9a6ef5d455a85ae09216f55fd0e74d0aaf83ad81ba50218f08024910184c9ddab42a28f51912c779556c41c61aba2d075cfc020b61a18a9366c9f71658f00b44369bd86929725cf867a0b8fda694a7134a2790ebf19cbea1f972eedfd51787683f98d80895f630ff0bd513edebd5a217c00e231869178bd41cf47a7c0125379a3926353e5310a578066dfbb974424802b942a8b4f6338d7f9d8b9c4031dc46163a59c58ff503eca69b642398b5a1212b";
    const GT_MINUS_SEVEN: vector<u8> = x"533a587534641b568125fb273eac723c789a347eba9fcfd58d93742b3a0b782fd61bbf6202e04b8a33b6c60150fc62a071cb9ac9749a79031fd0dbb6dd8a1f2bcf1eb450bdf58fd3d124b2e0aaf878d11e96af3051631145a4bf0530b5d19d08bfe2d515530b9059525b2826587f7bf1f146bfd0e91e84411c7722abb7a8c418b20b1660b41e6949beff93b2b36303e74804df3335ab5bd85bfd7959d6fd3101d0bf6f681eb809c9a6c3544db7f81444e5c4fbdd0a31e920616ae08a2ab5f51e88f6308f10c56da66be273c4b965fe8cc3e98bac609df5d796893c81a26616269879cf565c3bffac84c82858791ee4bca82d598c9c33893ed433f01a58943629eb007acdb5ea95a826017a51397a755327bda8178dd3f3bfc1ff78e3cbb9bc1cfdd5ecec24ef619a93578388bb52fa2e1ec0a878214f1fb91dcb1df48678c11887ee59c0ad74956770d6f6eb8f454afd23324c436335ab3f23333627fe0b1c2e8ebad423205893bcef3ed527608e3a8123ffbbf1c04164118e3b0e49bdac4205";
    const FQ12_MINUS_SEVEN: vector<u8> = x"40fd7cd8168c203c8dca7168916a81975d588181b64550b829a031e1724e643000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    const FR_MINUS_SEVEN: vector<u8> = x"faffffef93f5e1439170b97948e833285d588181b64550b829a031e1724e6430";
    const FR_SEVEN_MSB: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000007";
    const FQ_MINUS_SEVEN: vector<u8> = x"40fd7cd8168c203c8dca7168916a81975d588181b64550b829a031e1724e6430";
    const FQ_SEVEN_MSB: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000007";

    #[test]
    fun orders() {
        assert!(order<Fr>() == R && order<G1>() == R && order<G2>() == R && order<Gt>() == R && order<Fq12>() == Q12, 0);
        assert!(order<Fq>() == Q, 0);
    }

    #[test]
    fun field_fr() {
        let (seven, nine) = (from_u64<Fr>(7), from_u64<Fr>(9));
        let minus = neg(&seven);
        assert!(serialize<Fr, FormatFrLsb>(&minus) == FR_MINUS_SEVEN && serialize<Fr, FormatFrMsb>(&seven) == FR_SEVEN_MSB, 0);
        assert!(eq(&deserialize<Fr, FormatFrLsb>(&FR_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<Fr, FormatFrMsb>(&FR_SEVEN_MSB).extract(), &seven), 0);
        assert!(eq(&add(&minus, &nine), &from_u64<Fr>(2)) && eq(&sub(&nine, &seven), &from_u64<Fr>(2)), 0);
        assert!(eq(&sub(&from_u64<Fr>(2), &nine), &minus), 0);
        assert!(eq(&mul(&seven, &nine), &from_u64<Fr>(63)) && eq(&sqr(&minus), &from_u64<Fr>(49)), 0);
        assert!(eq(&div(&from_u64<Fr>(63), &nine).extract(), &seven), 0);
        assert!(eq(&mul(&inv(&minus).extract(), &minus), &one<Fr>()), 0);
        assert!(inv(&zero<Fr>()).is_none() && div(&seven, &zero<Fr>()).is_none(), 0);
        assert!(!eq(&seven, &nine) && eq(&neg(&zero<Fr>()), &zero<Fr>()), 0);
        let order = order<Fr>();
        assert!(deserialize<Fr, FormatFrLsb>(&order).is_none() && deserialize<Fr, FormatFrLsb>(&x"ffff").is_none(), 0);
        order.reverse();
        assert!(deserialize<Fr, FormatFrMsb>(&order).is_none() && deserialize<Fr, FormatFrMsb>(&b"").is_none(), 0);
    }

    #[test]
    fun field_fq() {
        let (seven, nine) = (from_u64<Fq>(7), from_u64<Fq>(9));
        let minus = neg(&seven);
        assert!(serialize<Fq, FormatFqLsb>(&minus) == FQ_MINUS_SEVEN && serialize<Fq, FormatFqMsb>(&seven) == FQ_SEVEN_MSB, 0);
        assert!(eq(&deserialize<Fq, FormatFqLsb>(&FQ_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<Fq, FormatFqMsb>(&FQ_SEVEN_MSB).extract(), &seven), 0);
        assert!(eq(&add(&minus, &nine), &from_u64<Fq>(2)) && eq(&sub(&nine, &seven), &from_u64<Fq>(2)), 0);
        assert!(eq(&sub(&from_u64<Fq>(2), &nine), &minus), 0);
        assert!(eq(&mul(&seven, &nine), &from_u64<Fq>(63)) && eq(&sqr(&minus), &from_u64<Fq>(49)), 0);
        assert!(eq(&div(&from_u64<Fq>(63), &nine).extract(), &seven), 0);
        assert!(eq(&mul(&inv(&minus).extract(), &minus), &one<Fq>()), 0);
        assert!(inv(&zero<Fq>()).is_none() && div(&seven, &zero<Fq>()).is_none(), 0);
        assert!(!eq(&seven, &nine) && eq(&neg(&zero<Fq>()), &zero<Fq>()), 0);
        let order = order<Fq>();
        assert!(deserialize<Fq, FormatFqLsb>(&order).is_none() && deserialize<Fq, FormatFqLsb>(&x"ffff").is_none(), 0);
        order.reverse();
        assert!(deserialize<Fq, FormatFqMsb>(&order).is_none() && deserialize<Fq, FormatFqMsb>(&b"").is_none(), 0);
    }

    #[test]
    fun field_fq12() {
        let (seven, nine) = (from_u64<Fq12>(7), from_u64<Fq12>(9));
        let minus = neg(&seven);
        assert!(serialize<Fq12, FormatFq12LscLsb>(&minus) == FQ12_MINUS_SEVEN, 0);
        assert!(eq(&deserialize<Fq12, FormatFq12LscLsb>(&FQ12_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&add(&minus, &nine), &from_u64<Fq12>(2)) && eq(&sub(&from_u64<Fq12>(2), &nine), &minus), 0);
        assert!(eq(&mul(&seven, &nine), &from_u64<Fq12>(63)) && eq(&div(&from_u64<Fq12>(63), &nine).extract(), &seven), 0);
        let x = upcast<Gt, Fq12>(&one<Gt>());
        assert!(eq(&sqr(&x), &mul(&x, &x)) && eq(&mul(&inv(&x).extract(), &x), &one<Fq12>()), 0);
        assert!(inv(&zero<Fq12>()).is_none() && div(&x, &zero<Fq12>()).is_none(), 0);
        assert!(downcast<Fq12, Gt>(&seven).is_none() && downcast<Fq12, Gt>(&zero<Fq12>()).is_none(), 0);
        assert!(eq(&downcast<Fq12, Gt>(&x).extract(), &one<Gt>()) && eq(&upcast<Gt, Fq12>(&zero<Gt>()), &one<Fq12>()), 0);
        let bytes = serialize<Fq12, FormatFq12LscLsb>(&x);
        for (i in 0..48) *bytes.borrow_mut(i) = 0xff;
        assert!(deserialize<Fq12, FormatFq12LscLsb>(&bytes).is_none() && deserialize<Fq12, FormatFq12LscLsb>(&x"ffff").is_none(), 0);
    }

    #[test]
    fun group_g1() {
        let (p, k) = (one<G1>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        let minus = neg(&seven);
        assert!(serialize<G1, FormatG1Uncompr>(&zero<G1>()) == G1_INF && serialize<G1, FormatG1Compr>(&zero<G1>()) == G1_INF_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&p) == G1_ONE && serialize<G1, FormatG1Compr>(&p) == G1_ONE_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&seven) == G1_SEVEN && serialize<G1, FormatG1Compr>(&seven) == G1_SEVEN_COMPRESSED, 0);
        assert!(serialize<G1, FormatG1Uncompr>(&minus) == G1_MINUS_SEVEN && serialize<G1, FormatG1Compr>(&minus) == G1_MINUS_SEVEN_COMPRESSED, 0);
        assert!(eq(&deserialize<G1, FormatG1Uncompr>(&G1_INF).extract(), &zero<G1>()), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_INF_COMPRESSED).extract(), &zero<G1>()), 0);
        assert!(eq(&deserialize<G1, FormatG1Uncompr>(&G1_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_MINUS_SEVEN_COMPRESSED).extract(), &minus), 0);
        assert!(eq(&deserialize<G1, FormatG1Compr>(&G1_SEVEN_COMPRESSED).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &minus), &zero<G1>()) && eq(&add(&zero<G1>(), &seven), &seven) && eq(&double(&zero<G1>()), &zero<G1>()), 0);
        assert!(eq(&scalar_mul(&p, &zero<Fr>()), &zero<G1>()) && eq(&scalar_mul(&zero<G1>(), &k), &zero<G1>()), 0);
        assert!(eq(&scalar_mul(&seven, &neg(&one<Fr>())), &minus) && !eq(&seven, &minus), 0);
        let (points, scalars, sum) = (vector[], vector[], 0);
        for (i in 0..40) {
            points.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            scalars.push_back(from_u64<Fr>(1000000007 * i));
            sum += 1000000007 * i * i;
        };
        assert!(eq(&multi_scalar_mul(&points, &scalars), &scalar_mul(&p, &from_u64<Fr>(sum))), 0);
        assert!(eq(&multi_scalar_mul<G1, Fr>(&vector[], &vector[]), &zero<G1>()), 0);
        let short = G1_ONE;
        short.pop_back();
        assert!(deserialize<G1, FormatG1Uncompr>(&short).is_none() && deserialize<G1, FormatG1Compr>(&G1_ONE).is_none(), 0);
        let off = G1_ONE;
        let i = 32;
        *off.borrow_mut(i) = *off.borrow(i) ^ 1;
        assert!(deserialize<G1, FormatG1Uncompr>(&off).is_none(), 0);
        let large = G1_ONE_COMPRESSED;
        let n = large.length();
        for (k in 0..n) *large.borrow_mut(k) = *large.borrow(k) | 0x3f;
        assert!(deserialize<G1, FormatG1Compr>(&large).is_none(), 0);
    }

    #[test]
    fun group_g2() {
        let (p, k) = (one<G2>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        let minus = neg(&seven);
        assert!(serialize<G2, FormatG2Uncompr>(&zero<G2>()) == G2_INF && serialize<G2, FormatG2Compr>(&zero<G2>()) == G2_INF_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&p) == G2_ONE && serialize<G2, FormatG2Compr>(&p) == G2_ONE_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&seven) == G2_SEVEN && serialize<G2, FormatG2Compr>(&seven) == G2_SEVEN_COMPRESSED, 0);
        assert!(serialize<G2, FormatG2Uncompr>(&minus) == G2_MINUS_SEVEN && serialize<G2, FormatG2Compr>(&minus) == G2_MINUS_SEVEN_COMPRESSED, 0);
        assert!(eq(&deserialize<G2, FormatG2Uncompr>(&G2_INF).extract(), &zero<G2>()), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_INF_COMPRESSED).extract(), &zero<G2>()), 0);
        assert!(eq(&deserialize<G2, FormatG2Uncompr>(&G2_MINUS_SEVEN).extract(), &minus), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_MINUS_SEVEN_COMPRESSED).extract(), &minus), 0);
        assert!(eq(&deserialize<G2, FormatG2Compr>(&G2_SEVEN_COMPRESSED).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &minus), &zero<G2>()) && eq(&add(&zero<G2>(), &seven), &seven) && eq(&double(&zero<G2>()), &zero<G2>()), 0);
        assert!(eq(&scalar_mul(&p, &zero<Fr>()), &zero<G2>()) && eq(&scalar_mul(&zero<G2>(), &k), &zero<G2>()), 0);
        assert!(eq(&scalar_mul(&seven, &neg(&one<Fr>())), &minus) && !eq(&seven, &minus), 0);
        let (points, scalars, sum) = (vector[], vector[], 0);
        for (i in 0..40) {
            points.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            scalars.push_back(from_u64<Fr>(1000000007 * i));
            sum += 1000000007 * i * i;
        };
        assert!(eq(&multi_scalar_mul(&points, &scalars), &scalar_mul(&p, &from_u64<Fr>(sum))), 0);
        assert!(eq(&multi_scalar_mul<G2, Fr>(&vector[], &vector[]), &zero<G2>()), 0);
        let short = G2_ONE;
        short.pop_back();
        assert!(deserialize<G2, FormatG2Uncompr>(&short).is_none() && deserialize<G2, FormatG2Compr>(&G2_ONE).is_none(), 0);
        let off = G2_ONE;
        let i = 64;
        *off.borrow_mut(i) = *off.borrow(i) ^ 1;
        assert!(deserialize<G2, FormatG2Uncompr>(&off).is_none(), 0);
        let large = G2_ONE_COMPRESSED;
        let n = large.length();
        for (k in 0..n) *large.borrow_mut(k) = *large.borrow(k) | 0x3f;
        assert!(deserialize<G2, FormatG2Compr>(&large).is_none(), 0);
    }

    #[test]
    fun group_gt() {
        let (p, k) = (one<Gt>(), from_u64<Fr>(7));
        let seven = scalar_mul(&p, &k);
        assert!(serialize<Gt, FormatGt>(&p) == GT_ONE && serialize<Gt, FormatGt>(&seven) == GT_SEVEN, 0);
        assert!(serialize<Gt, FormatGt>(&neg(&seven)) == GT_MINUS_SEVEN, 0);
        assert!(eq(&deserialize<Gt, FormatGt>(&GT_SEVEN).extract(), &seven), 0);
        let four = double(&double(&p));
        assert!(eq(&add(&add(&four, &double(&p)), &p), &seven) && eq(&sub(&seven, &four), &add(&p, &double(&p))), 0);
        assert!(eq(&add(&seven, &neg(&seven)), &zero<Gt>()), 0);
        assert!(deserialize<Gt, FormatGt>(&FQ12_MINUS_SEVEN).is_none() && deserialize<Gt, FormatGt>(&x"ffff").is_none(), 0);
    }

    #[test]
    fun pairings() {
        assert!(eq(&pairing<G1, G2, Gt>(&one<G1>(), &one<G2>()), &one<Gt>()), 0);
        let (a, b) = (from_u64<Fr>(0xabcdef0123456789), from_u64<Fr>(0x1122334455667788));
        let (p, q) = (scalar_mul(&one<G1>(), &a), scalar_mul(&one<G2>(), &b));
        assert!(eq(&pairing<G1, G2, Gt>(&p, &q), &scalar_mul(&one<Gt>(), &mul(&a, &b))), 0);
        assert!(eq(&pairing<G1, G2, Gt>(&p, &zero<G2>()), &zero<Gt>()) && eq(&pairing<G1, G2, Gt>(&zero<G1>(), &q), &zero<Gt>()), 0);
        let (left, right, sum) = (vector[], vector[], zero<Gt>());
        for (i in 0..20) {
            left.push_back(scalar_mul(&p, &from_u64<Fr>(i)));
            right.push_back(scalar_mul(&q, &from_u64<Fr>(3 * i + 1)));
            sum = add(&sum, &scalar_mul(&one<Gt>(), &mul(&mul(&a, &b), &from_u64<Fr>(i * (3 * i + 1)))));
        };
        assert!(eq(&multi_pairing<G1, G2, Gt>(&left, &right), &sum), 0);
        assert!(eq(&multi_pairing<G1, G2, Gt>(&vector[], &vector[]), &zero<Gt>()), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::crypto_algebra)]
    fun sums_need_a_scalar_for_each_point() {
        multi_scalar_mul<G1, Fr>(&vector[one<G1>()], &vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::crypto_algebra)]
    fun pairings_need_pairs() {
        multi_pairing<G1, G2, Gt>(&vector[one<G1>()], &vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun groups_do_not_multiply() {
        mul(&one<G1>(), &one<G1>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun fields_do_not_double() {
        double(&one<Fr>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun formats_belong_to_structures() {
        serialize<G1, FormatG2Compr>(&one<G1>());
    }

    #[test]
    fun memory_suffices_for_so_many() {
        for (i in 0..10922) zero<G1>();
    }

    #[test]
    #[expected_failure(abort_code = 0x90003, location = aptos_std::crypto_algebra)]
    fun and_no_more() {
        for (i in 0..10923) zero<G1>();
    }
}

#[test_only]
module aptos_std::crypto_algebra_tests {
    use std::bls12381_algebra::{Self as bls, Fr, G1};
    use std::bn254_algebra as bn;
    use aptos_std::crypto_algebra::{Self, one, order, pairing, scalar_mul, upcast};

    struct Unknown {}

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun unknown_structures_are_refused() {
        order<Unknown>();
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun a_scalar_is_of_the_same_curve() {
        scalar_mul(&one<bn::G1>(), &one<Fr>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun pairings_stay_on_a_curve() {
        pairing<G1, bn::G2, bls::Gt>(&one<G1>(), &one<bn::G2>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun only_gt_is_a_part_of_fq12() {
        upcast<G1, bls::Fq12>(&one<G1>());
    }

    #[test]
    #[expected_failure(abort_code = 0xc0001, location = aptos_std::crypto_algebra)]
    fun hashes_have_suites() {
        crypto_algebra::hash_to<G1, bls::HashG2XmdSha256SswuRo>(&b"", &b"");
    }
}
