package chat.parley.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import chat.parley.model.UserId;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTokensTest {
    private static final long NOW_SECONDS = 1_700_000_000;
    private static final long NOW = NOW_SECONDS * 1000;
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] OTHER_SECRET = "0123456789abcdef0123456789abcdeX".getBytes(StandardCharsets.US_ASCII);
    private static final KeyPair OTHER_RSA = Forge.pair("RSA", null);
    private static final KeyPair OTHER_EC = Forge.pair("EC", "secp256r1");

    private static final String HS = "{\"alg\":\"HS256\",\"kid\":\"hs\",\"typ\":\"JWT\"}";
    private static final String RS = "{\"alg\":\"RS256\",\"kid\":\"rs\",\"typ\":\"JWT\"}";
    private static final String ES = "{\"alg\":\"ES256\",\"kid\":\"es\",\"typ\":\"at+jwt\"}";
    private static final String ED = "{\"alg\":\"EdDSA\",\"kid\":\"ed\"}";
    private static final String GOOD = claims("\"sub\":\"alice\"", "\"exp\":" + (NOW_SECONDS + 60));

    private final JwtTokens tokens = tokens(null, null);

    @Test
    void eachAlgorithmProvesWhoSpeaks() {
        assertThat(List.of(hs(HS, GOOD), Forge.rs256(RS, GOOD), Forge.es256(ES, GOOD), Forge.edDsa(ED, GOOD)))
                .allSatisfy(
                        token -> assertThat(tokens.verify(token, NOW).userId()).isEqualTo(new UserId("alice")));
    }

    @Test
    void aTokenIsBelievedToTheMillisecondOfItsExpiry() {
        String token = hs(HS, claims("\"sub\":\"alice\"", "\"exp\":" + NOW_SECONDS));
        assertThat(tokens.verify(token, NOW - 1))
                .isEqualTo(new Identity(new UserId("alice"), NOW, secret("hs").print()));
        assertThat(tokens.verify(token, NOW)).isNull();
    }

    @Test
    void aRememberedSignatureDoesNotOutliveItsToken() {
        String token = Forge.es256(ES, claims("\"sub\":\"alice\"", "\"exp\":" + NOW_SECONDS));
        assertThat(tokens.verify(token, NOW - 1)).isNotNull();
        assertThat(tokens.verify(token, NOW)).isNull();
    }

    @Test
    void aRememberedSignatureDoesNotOutliveItsKey() {
        String token = Forge.es256(ES, GOOD);
        assertThat(tokens.verify(token, NOW)).isNotNull();
        tokens.trust(Map.of("es", publicKey("es", Algorithm.ES256, OTHER_EC)));
        assertThat(tokens.verify(token, NOW)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nbf", "iat"})
    void aClockMayBeAMinuteAhead(String claim) {
        String inTime = hs(HS, with("\"" + claim + "\":" + (NOW_SECONDS + 60)));
        String tooEarly = hs(HS, with("\"" + claim + "\":" + (NOW_SECONDS + 61)));
        assertThat(tokens.verify(inTime, NOW)).isNotNull();
        assertThat(tokens.verify(tooEarly, NOW)).isNull();
    }

    @Test
    void aFractionOfASecondIsATimeToo() {
        assertThat(tokens.verify(hs(HS, claims("\"sub\":\"alice\"", "\"exp\":1700000000.5")), NOW)
                        .expiresAtMillis())
                .isEqualTo(NOW + 500);
    }

    @Test
    void oneOfSeveralAudiencesIsEnough() {
        JwtTokens forChat = tokens("https://id.example", "chat");
        String iss = "\"iss\":\"https://id.example\"";
        assertThat(forChat.verify(hs(HS, with(iss, "\"aud\":\"chat\"")), NOW)).isNotNull();
        assertThat(forChat.verify(hs(HS, with(iss, "\"aud\":[\"mail\",\"chat\"]")), NOW))
                .isNotNull();
    }

    @Test
    void aTokenThatNamesNoKeyIsBelievedWhereThereIsOnlyOne() {
        String token = hs("{\"alg\":\"HS256\"}", GOOD);
        assertThat(new JwtTokens(Map.of("hs", secret("hs")), null, null).verify(token, NOW))
                .isNotNull();
        assertThat(tokens.verify(token, NOW)).isNull();
    }

    @Test
    void unknownClaimsAndHeadersThatChangeNothingAreIgnored() {
        String header = "{\"alg\":\"HS256\",\"kid\":\"hs\",\"x5t\":\"abc\",\"more\":{\"a\":[1]}}";
        assertThat(tokens.verify(hs(header, with("\"scope\":[1,{\"a\":2}]", "\"admin\":true")), NOW))
                .isNotNull();
    }

    @TestFactory
    Stream<DynamicTest> noForgedTokenIsBelieved() {
        Map<String, String> forged = forged();
        assertThat(forged).hasSizeGreaterThanOrEqualTo(60);
        JwtTokens strict = tokens("https://id.example", "chat");
        return forged.entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> {
                    assertThat(strict.verify(each.getValue(), NOW)).isNull();
                    boolean isAboutIssuer =
                            each.getKey().startsWith("iss") || each.getKey().startsWith("aud");
                    if (!isAboutIssuer)
                        assertThat(tokens.verify(each.getValue(), NOW)).isNull();
                }));
    }

    /** By what is wrong; in all else they are as {@link #FULL}, which is believed. */
    private static Map<String, String> forged() {
        Map<String, String> forged = new HashMap<>();
        byte[] rsaPem = Forge.pem(Forge.RSA).getBytes(StandardCharsets.US_ASCII);
        byte[] rsaDer = Forge.RSA.getPublic().getEncoded();
        byte[] ecDer = Forge.EC.getPublic().getEncoded();
        String good = hs(HS, FULL);
        String[] part = good.split("\\.");

        forged.put("alg none without a signature", Forge.base64("{\"alg\":\"none\"}") + "." + part[1] + ".");
        forged.put("alg none with a kid", Forge.base64("{\"alg\":\"none\",\"kid\":\"hs\"}") + "." + part[1] + ".");
        forged.put("alg None", hs("{\"alg\":\"None\",\"kid\":\"hs\"}", FULL));
        forged.put(
                "alg nOnE without a signature",
                Forge.base64("{\"alg\":\"nOnE\",\"kid\":\"rs\"}") + "." + part[1] + ".");
        forged.put("alg in lower case", hs("{\"alg\":\"hs256\",\"kid\":\"hs\"}", FULL));
        forged.put("alg empty", hs("{\"alg\":\"\",\"kid\":\"hs\"}", FULL));
        forged.put("alg missing", hs("{\"kid\":\"hs\"}", FULL));
        forged.put("alg null", hs("{\"alg\":null,\"kid\":\"hs\"}", FULL));
        forged.put("alg a list", hs("{\"alg\":[\"HS256\"],\"kid\":\"hs\"}", FULL));
        forged.put("alg HS384", Forge.mac("HmacSHA384", SECRET, "{\"alg\":\"HS384\",\"kid\":\"hs\"}", FULL));
        forged.put("alg HS512", Forge.mac("HmacSHA512", SECRET, "{\"alg\":\"HS512\",\"kid\":\"hs\"}", FULL));
        forged.put("alg said HS384, is HS256", hs("{\"alg\":\"HS384\",\"kid\":\"hs\"}", FULL));
        forged.put("HS256 with the RSA key in PEM", Forge.hs256(rsaPem, "{\"alg\":\"HS256\",\"kid\":\"rs\"}", FULL));
        forged.put("HS256 with the RSA key in DER", Forge.hs256(rsaDer, "{\"alg\":\"HS256\",\"kid\":\"rs\"}", FULL));
        forged.put("HS256 with the EC key in DER", Forge.hs256(ecDer, "{\"alg\":\"HS256\",\"kid\":\"es\"}", FULL));
        forged.put("a MAC with a public key, said RS256", Forge.hs256(rsaPem, RS, FULL));
        forged.put("HS256 by the right secret under another key", hs("{\"alg\":\"HS256\",\"kid\":\"rs\"}", FULL));
        forged.put("RS256 under an EC key", Forge.rs256("{\"alg\":\"RS256\",\"kid\":\"es\"}", FULL));
        forged.put("RS256 under the secret", Forge.rs256("{\"alg\":\"RS256\",\"kid\":\"hs\"}", FULL));
        forged.put("ES256 under an RSA key", Forge.es256("{\"alg\":\"ES256\",\"kid\":\"rs\"}", FULL));
        forged.put("EdDSA under an EC key", Forge.edDsa("{\"alg\":\"EdDSA\",\"kid\":\"es\"}", FULL));
        forged.put("PS256", Forge.rs256("{\"alg\":\"PS256\",\"kid\":\"rs\"}", FULL));
        forged.put(
                "RS512",
                Forge.signed("SHA512withRSA", Forge.RSA.getPrivate(), "{\"alg\":\"RS512\",\"kid\":\"rs\"}", FULL));
        forged.put("RS1", Forge.signed("SHA1withRSA", Forge.RSA.getPrivate(), RS, FULL));

        forged.put("kid unknown", hs("{\"alg\":\"HS256\",\"kid\":\"nobody\"}", FULL));
        forged.put("kid missing", hs("{\"alg\":\"HS256\"}", FULL));
        forged.put("kid empty", hs("{\"alg\":\"HS256\",\"kid\":\"\"}", FULL));
        forged.put("kid null", hs("{\"alg\":\"HS256\",\"kid\":null}", FULL));
        forged.put("kid a number", hs("{\"alg\":\"HS256\",\"kid\":1}", FULL));
        forged.put("kid a path", hs("{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}", FULL));
        forged.put("kid SQL", hs("{\"alg\":\"HS256\",\"kid\":\"x' UNION SELECT 'k\"}", FULL));

        forged.put("another secret", Forge.hs256(OTHER_SECRET, HS, FULL));
        forged.put("an empty-looking secret", Forge.hs256(new byte[32], HS, FULL));
        forged.put("another RSA key", Forge.signed("SHA256withRSA", OTHER_RSA.getPrivate(), RS, FULL));
        forged.put("another EC key", Forge.signed("SHA256withECDSAinP1363Format", OTHER_EC.getPrivate(), ES, FULL));
        forged.put("ES256 signature in DER", Forge.signed("SHA256withECDSA", Forge.EC.getPrivate(), ES, FULL));
        forged.put(
                "ES256 signature of zeros",
                Forge.base64(ES) + "." + Forge.base64(FULL) + "." + Forge.base64(new byte[64]));
        forged.put(
                "EdDSA signature of zeros",
                Forge.base64(ED) + "." + Forge.base64(FULL) + "." + Forge.base64(new byte[64]));
        forged.put("signature missing", part[0] + "." + part[1] + ".");
        forged.put("signature cut", good.substring(0, good.length() - 1));
        forged.put("signature longer", good + "A");
        forged.put(
                "signature of another token",
                part[0] + "." + part[1] + "." + hs(HS, GOOD).split("\\.")[2]);
        forged.put("signature padded", good + "=");
        forged.put("signature with stray bits", strayBits(good));
        forged.put("claims of another token", part[0] + "." + Forge.base64(GOOD) + "." + part[2]);
        forged.put(
                "header of another token",
                Forge.base64("{\"kid\":\"hs\",\"alg\":\"HS256\"}") + "." + part[1] + "." + part[2]);

        for (String header : List.of(
                "\"jku\":\"https://evil.example/keys\"",
                "\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}",
                "\"x5u\":\"https://evil.example/cert\"",
                "\"x5c\":[\"AAAA\"]",
                "\"crit\":[\"exp\"]",
                "\"crit\":[]",
                "\"b64\":false",
                "\"zip\":\"DEF\"",
                "\"enc\":\"A128GCM\"",
                "\"cty\":\"JWT\"",
                "\"typ\":\"JWE\"",
                "\"typ\":\"id+jwt\"",
                "\"typ\":null",
                "\"typ\":1",
                "\"alg\":\"HS256\"",
                "\"kid\":\"hs\""))
            forged.put("header " + header, hs("{\"alg\":\"HS256\",\"kid\":\"hs\"," + header + "}", FULL));
        forged.put("header not an object", hs("[]", FULL));
        forged.put("header not JSON", hs("{alg:HS256}", FULL));
        forged.put("header with more behind", hs(HS + "{}", FULL));
        forged.put("header empty", "." + part[1] + "." + part[2]);

        String exp = "\"exp\":" + (NOW_SECONDS + 60);
        String sub = "\"sub\":\"alice\"";
        for (String claims : List.of(
                claims(sub),
                claims(sub, "\"exp\":" + NOW_SECONDS),
                claims(sub, "\"exp\":0"),
                claims(sub, "\"exp\":-1"),
                claims(sub, "\"exp\":null"),
                claims(sub, "\"exp\":\"" + (NOW_SECONDS + 60) + "\""),
                claims(sub, "\"exp\":[" + (NOW_SECONDS + 60) + "]"),
                claims(sub, "\"exp\":1e300"),
                claims(sub, "\"exp\":1e999"),
                claims(sub, "\"exp\":NaN"),
                claims(sub, exp, "\"exp\":" + (NOW_SECONDS + 99)),
                claims(sub, exp, sub),
                claims(sub, exp, "\"s\\u0075b\":\"bob\""),
                claims(exp),
                claims("\"sub\":null", exp),
                claims("\"sub\":\"\"", exp),
                claims("\"sub\":7", exp),
                claims("\"sub\":[\"alice\"]", exp),
                claims("\"sub\":\"al ice\"", exp),
                claims("\"sub\":\"alice\\u0000\"", exp),
                claims("\"sub\":\"" + "a".repeat(65) + "\"", exp),
                claims(sub, exp, "\"nbf\":" + (NOW_SECONDS + 61)),
                claims(sub, exp, "\"nbf\":\"now\""),
                claims(sub, exp, "\"iat\":" + (NOW_SECONDS + 61)),
                claims(sub, exp, "\"iat\":true"),
                "[" + sub + "]",
                "{" + sub + "," + exp,
                FULL + "x",
                "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "," + FULL.substring(1),
                "")) forged.put("claims " + claims, hs(HS, claims));
        String iss = "\"iss\":\"https://id.example\"";
        String aud = "\"aud\":\"chat\"";
        forged.put("iss missing", hs(HS, with(aud)));
        forged.put("iss wrong", hs(HS, with("\"iss\":\"https://id.example.evil\"", aud)));
        forged.put("iss a list", hs(HS, with("\"iss\":[\"https://id.example\"]", aud)));
        forged.put("aud missing", hs(HS, with(iss)));
        forged.put("aud wrong", hs(HS, with(iss, "\"aud\":\"chatter\"")));
        forged.put("aud a list of others", hs(HS, with(iss, "\"aud\":[\"mail\",\"news\"]")));
        forged.put("aud an object", hs(HS, with(iss, "\"aud\":{\"chat\":1}")));

        forged.put("nothing", "");
        forged.put("dots", "..");
        forged.put("one part", part[0]);
        forged.put("two parts", part[0] + "." + part[1]);
        forged.put("four parts", good + "." + part[2]);
        forged.put("five parts, as if encrypted", good + ".." + part[2]);
        forged.put("a space in front", " " + good);
        forged.put("a line end behind", good + "\n");
        forged.put("plain base64", part[0] + "." + part[1].replace('-', '+') + "+." + part[2]);
        forged.put("letters that are none", part[0] + ".\u00e4" + part[1] + "." + part[2]);
        forged.put("claims that are not UTF-8", hsOfBytes());
        forged.put("more than 8 KiB", hs(HS, with("\"pad\":\"" + "x".repeat(9000) + "\"", iss, aud)));
        return forged;
    }

    private static final String FULL = claims(
            "\"sub\":\"alice\"", "\"exp\":" + (NOW_SECONDS + 60), "\"iss\":\"https://id.example\"", "\"aud\":\"chat\"");

    @Test
    void theTokenThatIsForgedWouldBeBelieved() {
        assertThat(tokens("https://id.example", "chat").verify(hs(HS, FULL), NOW))
                .isNotNull();
    }

    private static String hsOfBytes() {
        String text = Forge.base64(HS) + "."
                + Forge.base64(("{\"sub\":\"alice\",\"exp\":1700000060,\"x\":\"\u00ff\"}")
                        .getBytes(StandardCharsets.ISO_8859_1));
        String signed = Forge.hs256(SECRET, HS, "{}");
        return text + "." + signed.substring(signed.lastIndexOf('.') + 1);
    }

    /** 32 bytes are 43 letters, the last with two bits that mean nothing. */
    private static String strayBits(String token) {
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = letters.indexOf(token.charAt(token.length() - 1));
        return token.substring(0, token.length() - 1) + letters.charAt(last | 1);
    }

    private static JwtTokens tokens(String issuer, String audience) {
        Map<String, TrustedKey> keys = new HashMap<>();
        keys.put("hs", secret("hs"));
        keys.put("rs", publicKey("rs", Algorithm.RS256, Forge.RSA));
        keys.put("es", publicKey("es", Algorithm.ES256, Forge.EC));
        keys.put("ed", publicKey("ed", Algorithm.EDDSA, Forge.ED));
        return new JwtTokens(keys, issuer, audience);
    }

    private static TrustedKey secret(String id) {
        try {
            return TrustedKey.secret(id, SECRET);
        } catch (KeyTrouble impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static TrustedKey publicKey(String id, Algorithm algorithm, KeyPair pair) {
        try {
            return TrustedKey.publicKey(id, algorithm, pair.getPublic());
        } catch (KeyTrouble impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static String hs(String header, String claims) {
        return Forge.hs256(SECRET, header, claims);
    }

    private static String with(String... more) {
        List<String> all = new ArrayList<>(List.of("\"sub\":\"alice\"", "\"exp\":" + (NOW_SECONDS + 60)));
        all.addAll(List.of(more));
        return claims(all.toArray(String[]::new));
    }

    private static String claims(String... members) {
        return "{" + String.join(",", members) + "}";
    }
}
