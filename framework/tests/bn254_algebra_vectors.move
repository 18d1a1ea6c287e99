// Made by vectors.mjs from other implementations' results. Do not edit.
#[test_only]
module aptos_std::bn254_algebra_vectors {
    use std::bn254_algebra::{Fr, FormatFrLsb, FormatFrMsb, G1, FormatG1Compr, FormatG1Uncompr, G2, FormatG2Compr, FormatG2Uncompr};
    use aptos_std::crypto_algebra::{add, deserialize, div, double, inv, mul, multi_scalar_mul, neg, scalar_mul, serialize, sqr, sub};

    #[test]
    fun scalars_0() {
        let (a, b) = (deserialize<Fr, FormatFrLsb>(&x"ebd730ba8ee4340e6640c1657668305edf7ed11bb07545469cb6bc1c0dba5c14").extract(), deserialize<Fr, FormatFrLsb>(&x"8bf337cfda422a438838aecf7f0df0771968959cd717e70a1077b8e87185360b").extract());
        assert!(serialize<Fr, FormatFrLsb>(&add(&a, &b)) == x"76cb688969275f51ee786f35f67520d6f8e666b8878d2c51ac2d75057f3f931f", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sub(&a, &b)) == x"60e4f8eab3a10acbdd071396f65a40e6c5163c7fd85d5e3b8c3f04349b342609", 0);
        assert!(serialize<Fr, FormatFrLsb>(&mul(&a, &b)) == x"3227852202174052e6444118f0be75d93fa6b32509ebf8cc563ab79d5de4492d", 0);
        assert!(serialize<Fr, FormatFrLsb>(&neg(&a)) == x"1628cf350511ad352b30f813d27f03ca7dd9af6506d00a728de974c46594071c", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sqr(&b)) == x"7a1c6f9e38a2d6d9fdfbad19bdf261ba04134c56bf5e5b5c89efab0fd8708d09", 0);
        assert!(serialize<Fr, FormatFrLsb>(&inv(&a).extract()) == x"ecd9c43d8a37ae2b2d34fa5c2461ce339617847f7357f3654d9b2ee087891817", 0);
        assert!(serialize<Fr, FormatFrLsb>(&div(&a, &b).extract()) == x"a4d69805ee165f47b8494d930d68bbab96751612955e9e894f912516c33e8d0e", 0);
        assert!(serialize<Fr, FormatFrMsb>(&a) == x"145cba0d1cbcb69c464575b01bd17edf5e30687665c140660e34e48eba30d7eb", 0);
    }

    #[test]
    fun scalars_1() {
        let (a, b) = (deserialize<Fr, FormatFrLsb>(&x"84fc105b93a8d78f536f1065cff6cfd02482dfbc12af08314edfe58b05e00214").extract(), deserialize<Fr, FormatFrLsb>(&x"0e33acaede083ab04adc5be58f6fd0a6620f33fd843893b50c467d3d5acf401d").extract());
        assert!(serialize<Fr, FormatFrLsb>(&add(&a, &b)) == x"912fbd19debb2ffc0cdbb2d0167e6c4f2a399138e1a14b2e318531e8ec60df00", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sub(&a, &b)) == x"77c9649c48957f239a036ef9876f33521fcb2d4144bcc5336b399a2f1e5f2627", 0);
        assert!(serialize<Fr, FormatFrLsb>(&mul(&a, &b)) == x"e1dc300630556ebf1aeec31dbe21257492485a882f120d2073a3f19695e90f09", 0);
        assert!(serialize<Fr, FormatFrLsb>(&neg(&a)) == x"7d03ef94004d0ab43d01a91479f1635738d6a1c4a3964787dbc04b556d6e611c", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sqr(&b)) == x"4546a97c5348f41c4657b04af7fcf2d73a80026a2b089782b9e075466a547d28", 0);
        assert!(serialize<Fr, FormatFrLsb>(&inv(&a).extract()) == x"efc1533162a7c196d8e52500325522fd71986239ac93aea6a6179b0597c9582d", 0);
        assert!(serialize<Fr, FormatFrLsb>(&div(&a, &b).extract()) == x"a3fc6ddbe3efcd3cf163c76770d5e150db9e4ab89e8a7cd93e61869dec1e5c2d", 0);
        assert!(serialize<Fr, FormatFrMsb>(&a) == x"1402e0058be5df4e3108af12bcdf8224d0cff6cf65106f538fd7a8935b10fc84", 0);
    }

    #[test]
    fun scalars_2() {
        let (a, b) = (deserialize<Fr, FormatFrLsb>(&x"d5ddf8e138ffbc58505fd543afd1b9df8a1e9eef0a0fee04668fa5de6727330f").extract(), deserialize<Fr, FormatFrLsb>(&x"2325777e7431c1de9c802e23b876bdf5801e9680d5a7e61db990e0bd09049e1d").extract());
        assert!(serialize<Fr, FormatFrLsb>(&add(&a, &b)) == x"f8027060ad307e37eddf0367674877d50b3d3470e0b6d4221f20869c712bd12c", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sub(&a, &b)) == x"b3b8815358c3ddbd444f609a3f433012675889f0ebac579fd69ef601d171f921", 0);
        assert!(serialize<Fr, FormatFrLsb>(&mul(&a, &b)) == x"8c87eb7ab1045e164df82a0ff28f135aeec3bcb33e998caebb1497c43a3fcc0d", 0);
        assert!(serialize<Fr, FormatFrLsb>(&neg(&a)) == x"2c22070e5bf624eb4011e43599167a48d239e391ab3662b3c3108c020b273121", 0);
        assert!(serialize<Fr, FormatFrLsb>(&sqr(&b)) == x"ed5c1744da881338d1a855ba11baab666b8027939687eeb1b4490f16962ce21a", 0);
        assert!(serialize<Fr, FormatFrLsb>(&inv(&a).extract()) == x"ec78e8b974160314742170a58525b1f701d5429bf21fda7720c0501879e03b21", 0);
        assert!(serialize<Fr, FormatFrLsb>(&div(&a, &b).extract()) == x"ee1d3ed0071bfc6e086a3fa4d1613798713accbd51a641cbaa3008940b035928", 0);
        assert!(serialize<Fr, FormatFrMsb>(&a) == x"0f332767dea58f6604ee0f0aef9e1e8adfb9d1af43d55f5058bcff38e1f8ddd5", 0);
    }

    #[test]
    fun points_of_g1() {
        let (p, q, k) = (deserialize<G1, FormatG1Compr>(&x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da923").extract(), deserialize<G1, FormatG1Uncompr>(&x"33cabb66eebdbd71b50d23ac9a907d42b3baa43ae4023714360c418cce9d5a287815adb7747732485738788401581e3024aaca7d8e3c256d5314d1d1560f5912").extract(), deserialize<Fr, FormatFrLsb>(&x"bda066f4b9edd1ef56c65d89b3b095c8cda6399ff70eb38d7918171abec24f00").extract());
        assert!(serialize<G1, FormatG1Uncompr>(&p) == x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da923cae103a2c2855ff8c0c38a1517eb6c52fca242aa7fa573ec35cbfc4262110c0a", 0);
        assert!(serialize<G1, FormatG1Compr>(&p) == x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da923", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&q) == x"33cabb66eebdbd71b50d23ac9a907d42b3baa43ae4023714360c418cce9d5a287815adb7747732485738788401581e3024aaca7d8e3c256d5314d1d1560f5912", 0);
        assert!(serialize<G1, FormatG1Compr>(&q) == x"33cabb66eebdbd71b50d23ac9a907d42b3baa43ae4023714360c418cce9d5a28", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&add(&p, &q)) == x"26a6b9ebb53c9aaf3404e657befcddcad62e6f5bf0bb2bdd347d0d78a3ec252ea05627f4419bff17c5b577d2fc3541a9d833323d55c1c04289ce53ce4a1f9801", 0);
        assert!(serialize<G1, FormatG1Compr>(&add(&p, &q)) == x"26a6b9ebb53c9aaf3404e657befcddcad62e6f5bf0bb2bdd347d0d78a3ec252e", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&sub(&p, &q)) == x"2d7385f1273ae39031f0f0e2072f5515c4b2138579e29c47caa45bacb7356616f18728e4ddd38c27a27346251a06aded2139c9972677a05148b3456357e8cea1", 0);
        assert!(serialize<G1, FormatG1Compr>(&sub(&p, &q)) == x"2d7385f1273ae39031f0f0e2072f5515c4b2138579e29c47caa45bacb7356696", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&neg(&p)) == x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da9237d1b79365406c143cc06e7527a7f144561b53ed736a0dccbf3d4349e103d58a6", 0);
        assert!(serialize<G1, FormatG1Compr>(&neg(&p)) == x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da9a3", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&double(&q)) == x"e98edbdb5f2ae0a7fb316d6266d1f7f51265c789767fc238350aae72da22042033992f9ebb3078b842ac1582abd7f21e8a2e69d1fd4612bb8f511546527daba9", 0);
        assert!(serialize<G1, FormatG1Compr>(&double(&q)) == x"e98edbdb5f2ae0a7fb316d6266d1f7f51265c789767fc238350aae72da2204a0", 0);
        assert!(serialize<G1, FormatG1Uncompr>(&scalar_mul(&p, &k)) == x"3aa0cf17f012c300f8b7dd0603d7ac0ea955ab34f47363e567cd87b17e7c4c289b1a40d594a24d56e7a9f5a628fcd773540dee8c4699342ba057d84089fb1717", 0);
        assert!(serialize<G1, FormatG1Compr>(&scalar_mul(&p, &k)) == x"3aa0cf17f012c300f8b7dd0603d7ac0ea955ab34f47363e567cd87b17e7c4c28", 0);
        let points = vector[deserialize<G1, FormatG1Compr>(&x"7d351150cd64878f5cf8df6b99a3ff8f1aabf19e8c0f7d8b17d5aec4559da923").extract(), deserialize<G1, FormatG1Uncompr>(&x"33cabb66eebdbd71b50d23ac9a907d42b3baa43ae4023714360c418cce9d5a287815adb7747732485738788401581e3024aaca7d8e3c256d5314d1d1560f5912").extract(), deserialize<G1, FormatG1Compr>(&x"c890555578c7e5d64e83904eca3e1e41b5ab1cd6bc34b0295ffab2e67b60ec0a").extract(), deserialize<G1, FormatG1Uncompr>(&x"cd186c2a30ac85560769d7564ef84f5bd69985c9c0641ec0d54c5cad4bf7110031fba82172f99cefe0c5b3b933a1fe59e95ce5c8ed26571bd2af70ee8b6077ac").extract(), deserialize<G1, FormatG1Compr>(&x"5060829fa89f1ce80d227d27ac14ff26dc84fb644708c283019cd752af297e8d").extract()];
        let scalars = vector[deserialize<Fr, FormatFrLsb>(&x"bda066f4b9edd1ef56c65d89b3b095c8cda6399ff70eb38d7918171abec24f00").extract(), deserialize<Fr, FormatFrLsb>(&x"2c3ea6d61ef8d9d932d9a599e0fae9726121abbce336a1a46ec6fff1a5828502").extract(), deserialize<Fr, FormatFrLsb>(&x"9d5366b2e47acca89535cd0fc78c3d9385d13cc1af848d48c444796027452a2c").extract(), deserialize<Fr, FormatFrLsb>(&x"b2662ca81a9b36873c71f0f509d11bcaa471c3d240906701621803f45762d82c").extract(), deserialize<Fr, FormatFrLsb>(&x"d7218ab552643673e5ee8a7e9c4ed6c3dbce67e1337acd137153f75882038726").extract()];
        assert!(serialize<G1, FormatG1Uncompr>(&multi_scalar_mul(&points, &scalars)) == x"9fc383f0214534f91a0015e39ec4557066a5d1993213567ef48668b4e5cfab1670e1eef3aefa89cfacad20137cb69953b8a3e998da2339749d17ad12a34faba3", 0);
        assert!(serialize<G1, FormatG1Compr>(&multi_scalar_mul(&points, &scalars)) == x"9fc383f0214534f91a0015e39ec4557066a5d1993213567ef48668b4e5cfab96", 0);
    }

    #[test]
    fun points_of_g2() {
        let (p, q, k) = (deserialize<G2, FormatG2Compr>(&x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd149ac").extract(), deserialize<G2, FormatG2Uncompr>(&x"637f7fc1e5383734fe96d63d531d9b28694d94a1ced0cecd4c4ef0966160092beaea070202768a53b370cb806a68bd0e441dacb37c6301ab0417b29748ebc320e1b950fe26b0dd6b4877d9a128e05f83b0b057899559cf695c82c29b62a1642bfb2af4d764f046ebf81728586f2dd2ae750929405c1b3f7fc4aa92a0ef5e0714").extract(), deserialize<Fr, FormatFrLsb>(&x"331715ff1cc3d8ff6683baa5e0fd24f4131a1648e0b2c243e5f27377edbdb01c").extract());
        assert!(serialize<G2, FormatG2Uncompr>(&p) == x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd1492c9a69c5df15a558bd322ec053a3f27a3cf6035938d97247a82dfd79fdb188440e46f1f7ba687533e6cd8a550929005787b4a70aefd496b58700d7834773fd7fa2", 0);
        assert!(serialize<G2, FormatG2Compr>(&p) == x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd149ac", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&q) == x"637f7fc1e5383734fe96d63d531d9b28694d94a1ced0cecd4c4ef0966160092beaea070202768a53b370cb806a68bd0e441dacb37c6301ab0417b29748ebc320e1b950fe26b0dd6b4877d9a128e05f83b0b057899559cf695c82c29b62a1642bfb2af4d764f046ebf81728586f2dd2ae750929405c1b3f7fc4aa92a0ef5e0714", 0);
        assert!(serialize<G2, FormatG2Compr>(&q) == x"637f7fc1e5383734fe96d63d531d9b28694d94a1ced0cecd4c4ef0966160092beaea070202768a53b370cb806a68bd0e441dacb37c6301ab0417b29748ebc320", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&add(&p, &q)) == x"2c9e2b63bd85ec8bc3eb5a4223b5e0ff27786bdb896f8b9d1118bb98015d39269d67c563f0272a2ab2f6d9c0d9aa18da531bb38f30b2b04cda05cb11aa48ba0061ca4e35e3b87a0524b82d82949962b843a24f30dd92be14d6903aeea359b61f1cabae224a805cf6eee220d7d6de10d577d4c111eff0f3d30b6b26d9a0b6b80d", 0);
        assert!(serialize<G2, FormatG2Compr>(&add(&p, &q)) == x"2c9e2b63bd85ec8bc3eb5a4223b5e0ff27786bdb896f8b9d1118bb98015d39269d67c563f0272a2ab2f6d9c0d9aa18da531bb38f30b2b04cda05cb11aa48ba00", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&sub(&p, &q)) == x"4949658ca7e0a2d3f1242c240861265325f590c627544af74f14e32dfca689229f8439b60bf1f7ad8a87639b8e8c38993b92c448c6d67f2bc6fbaf4643a4c71cfa8b415e7073d7bfc982b3947b46f71c0021a2e40586498c99dcefd317c0de1084c105258c072dc296b04443c5129979991c3bef9306371e6c3c17019eed09a1", 0);
        assert!(serialize<G2, FormatG2Compr>(&sub(&p, &q)) == x"4949658ca7e0a2d3f1242c240861265325f590c627544af74f14e32dfca689229f8439b60bf1f7ad8a87639b8e8c38993b92c448c6d67f2bc6fbaf4643a4c79c", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&neg(&p)) == x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd1492cad93b7f800e7c77e5a9cb114ee77065b67542849ddd20810fca2b7e3c0c51f22010c851dae16ed55bf3f1c5f686a2a10a9b07692e1ae9a3029c9ad99ff50e40d", 0);
        assert!(serialize<G2, FormatG2Compr>(&neg(&p)) == x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd1492c", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&double(&q)) == x"bef14846fdcbaaf44e7785c3af2a873badde8b53241da2540229d8dc734fd22b347c7e70d2b685d050982bd3cce0af709f86f1fcfd9193d08f2a6445965fed291bdb3577e56499abbb9a431baffd8b13a312baa4b09f60185ffeaafbdd839a2c942c58a17574630340846f45abf1155b7e909101c9f16fbfab4be68208b81006", 0);
        assert!(serialize<G2, FormatG2Compr>(&double(&q)) == x"bef14846fdcbaaf44e7785c3af2a873badde8b53241da2540229d8dc734fd22b347c7e70d2b685d050982bd3cce0af709f86f1fcfd9193d08f2a6445965fed29", 0);
        assert!(serialize<G2, FormatG2Uncompr>(&scalar_mul(&p, &k)) == x"1f944632c3372b75af2a5d9bb57526507cab024256e3e502b7a1fcd881b8170c33c6f57d4c62b16b0bb38f4a561c9755d1bf7f6ef2c68863b7afd269f708df07d3bf2b8b69e454293a9ed7458f227441c759fac58d84d652fdbbf5b1d6e4991c064cccbade41a80b0d71941283cfdd696140331c15cf5457b76d22ed15f0a2ab", 0);
        assert!(serialize<G2, FormatG2Compr>(&scalar_mul(&p, &k)) == x"1f944632c3372b75af2a5d9bb57526507cab024256e3e502b7a1fcd881b8170c33c6f57d4c62b16b0bb38f4a561c9755d1bf7f6ef2c68863b7afd269f708df87", 0);
        let points = vector[deserialize<G2, FormatG2Compr>(&x"3aea06b23a0bed96efb36dd1b9ce0ad3356cd9cc552c7955e70218a5e399911461852d46ae5c7a7035386ddc01611fa8f4cb1a235a279a1eac9f9069cdd149ac").extract(), deserialize<G2, FormatG2Uncompr>(&x"637f7fc1e5383734fe96d63d531d9b28694d94a1ced0cecd4c4ef0966160092beaea070202768a53b370cb806a68bd0e441dacb37c6301ab0417b29748ebc320e1b950fe26b0dd6b4877d9a128e05f83b0b057899559cf695c82c29b62a1642bfb2af4d764f046ebf81728586f2dd2ae750929405c1b3f7fc4aa92a0ef5e0714").extract(), deserialize<G2, FormatG2Compr>(&x"5785695e6f4a4bc48a7eea588e2900b0631bd1a6a426f55af8f38e4245a4f72ffde45aae37d1069bad9f14e08c212e0c451a870d05758ca35e126e4a91ec1a19").extract(), deserialize<G2, FormatG2Uncompr>(&x"c27ba645c62e6636d2d3691327c12650cb0db7f443786080888644028ddf040d6cc791f1c701b98990435241a1c45ddfad399995636cd0ea45ddd8b03cc0a9090b6087976445ae26645645f392ed389a2862b6d3a31ea76f86eef9884d14f92550fb3a6365e5a5a0d3ec8aa4864755239079bed98b035511b517558888765f9c").extract(), deserialize<G2, FormatG2Compr>(&x"9a2d6d128ec0d33b47e49ba7a6968e6efcb9832fb7b2662e2a19a3b503659a22e38a8f9a53c8727b82a7f8e9d04110fd58af8e1b913c47d25416e4711ac3ae0c").extract()];
        let scalars = vector[deserialize<Fr, FormatFrLsb>(&x"331715ff1cc3d8ff6683baa5e0fd24f4131a1648e0b2c243e5f27377edbdb01c").extract(), deserialize<Fr, FormatFrLsb>(&x"aa29a8c1a83c91085dd503abe901b030a2585e53576b470731598e56f16d4c19").extract(), deserialize<Fr, FormatFrLsb>(&x"a5a3cc361f89271534ae2d6cf2f08c4554c3ed2a115fba936d108ea80eee1f19").extract(), deserialize<Fr, FormatFrLsb>(&x"05c69ba1ac26f050764b5102dc69d17ea78caa4e1d561f7406757f885697081d").extract(), deserialize<Fr, FormatFrLsb>(&x"b0886c165f596347f9af367a4f6f12eef7ddcb3dcb4c7629fe19da19d3429502").extract()];
        assert!(serialize<G2, FormatG2Uncompr>(&multi_scalar_mul(&points, &scalars)) == x"b6883c49e679ec311e6aa51d2ce854a49a3eb0bb2ee72d373f084374d871d3115db8493be2df2ff93ebc2f056af8b9ed8001155d344bb895963f5932f67c981efb5f424e07854e890841c86a381e9b5ae0d82253b933f8a1df00725d0226d31a196fd33a60cf1600cb306e9a24e18739f4d3f44ed0068588083f70ada732e59e", 0);
        assert!(serialize<G2, FormatG2Compr>(&multi_scalar_mul(&points, &scalars)) == x"b6883c49e679ec311e6aa51d2ce854a49a3eb0bb2ee72d373f084374d871d3115db8493be2df2ff93ebc2f056af8b9ed8001155d344bb895963f5932f67c989e", 0);
    }

    #[test]
    fun a_point_outside_g2() {
        assert!(deserialize<G2, FormatG2Uncompr>(&x"02000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000000ce0141067f1657f01323d6d1264d1f38c5e0ce2da0ec9950b908934178721f10de5f8f80b5b618595db7a7f6137c7f775a006a5485ac3d962ab99b5979c176ab").is_none(), 0);
        assert!(deserialize<G2, FormatG2Compr>(&x"02000000000000000000000000000000000000000000000000000000000000000100000000000000000000000000000000000000000000000000000000000080").is_none(), 0);
    }
}
