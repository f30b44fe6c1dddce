package chat.parley.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Keys from files, with another library as the judge of tokens and key sets. */
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("KeyWatchTest") // one of its methods at a time
class KeyWatchTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    @Test
    void tokensOfAnotherLibraryAreBelieved() throws Exception {
        Path pem = write("rs.pem", Forge.pem(Forge.RSA));
        Path ec = write("es.pem", Forge.pem(Forge.EC));
        KeyConfig config = new KeyConfig(
                List.of(
                        new KeyConfig.Key("hs", Algorithm.HS256, new String(SECRET, StandardCharsets.US_ASCII), null),
                        new KeyConfig.Key("rs", Algorithm.RS256, null, pem),
                        new KeyConfig.Key("es", Algorithm.ES256, null, ec)),
                null,
                null,
                null);
        try (KeyWatch keys = new KeyWatch(config, null)) {
            assertBelieved(keys, token(JWSAlgorithm.HS256, "hs", new MACSigner(SECRET)), "hs");
            assertBelieved(keys, token(JWSAlgorithm.RS256, "rs", new RSASSASigner(Forge.RSA.getPrivate())), "rs");
            assertBelieved(
                    keys, token(JWSAlgorithm.ES256, "es", new ECDSASigner(Forge.EC.getPrivate(), Curve.P_256)), "es");
        }
    }

    @Test
    void keysOfASetAreTrustedEachForOneAlgorithm() throws Exception {
        JWK rsa = new RSAKey.Builder((RSAPublicKey) Forge.RSA.getPublic())
                .keyID("rs")
                .build();
        JWK ec = new ECKey.Builder(Curve.P_256, (ECPublicKey) Forge.EC.getPublic())
                .keyID("es")
                .build();
        JWK secret = new OctetSequenceKey.Builder(SECRET)
                .keyID("hs")
                .algorithm(JWSAlgorithm.HS256)
                .build();
        byte[] point = Forge.ED.getPublic().getEncoded();
        String ed = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"ed\",\"x\":\""
                + Forge.base64(java.util.Arrays.copyOfRange(point, point.length - 32, point.length)) + "\"}";
        String set =
                "{\"keys\":[" + rsa.toJSONString() + "," + ec.toJSONString() + "," + secret.toJSONString() + "," + ed
                        + ",{\"kty\":\"RSA\",\"use\":\"enc\",\"kid\":\"other\"},{\"kty\":\"EC\",\"crv\":\"P-521\",\"kid\":\"more\"}]}";
        try (KeyWatch keys = new KeyWatch(jwks(write("keys.json", set)), null)) {
            assertBelieved(keys, token(JWSAlgorithm.RS256, "rs", new RSASSASigner(Forge.RSA.getPrivate())), "rs");
            assertBelieved(
                    keys, token(JWSAlgorithm.ES256, "es", new ECDSASigner(Forge.EC.getPrivate(), Curve.P_256)), "es");
            assertBelieved(keys, token(JWSAlgorithm.HS256, "hs", new MACSigner(SECRET)), "hs");
            assertBelieved(
                    keys,
                    Forge.edDsa("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}", "{\"sub\":\"alice\",\"exp\":1700000060}"),
                    "ed");
            assertThat(keys.tokens().verify(rsaToken(Forge.RSA, "other"), NOW)).isNull();
            String more = token(JWSAlgorithm.ES256, "more", new ECDSASigner(Forge.EC.getPrivate(), Curve.P_256));
            assertThat(keys.tokens().verify(more, NOW)).isNull();
        }
    }

    @Test
    void keysChangeWithTheirFileAndTheOldOneMayStayAWhile() throws Exception {
        Path file = write("keys.json", set(Forge.RSA, "one"));
        String one = rsaToken(Forge.RSA, "one");
        KeyPair next = Forge.pair("RSA", null);
        String two = rsaToken(next, "two");
        try (KeyWatch keys = new KeyWatch(jwks(file), null)) {
            assertThat(keys.tokens().verify(two, NOW)).isNull();

            JWKSet both = new JWKSet(List.of(jwk(Forge.RSA, "one"), jwk(next, "two")));
            change(file, both.toString());
            keys.refresh();
            String keyOne = key(keys, one);
            String keyTwo = key(keys, two);
            assertThat(keys.tokens().isTrusted(keyOne)).isTrue();

            change(file, set(next, "two"));
            keys.refresh();
            assertThat(keys.tokens().verify(one, NOW)).isNull();
            assertThat(keys.tokens().isTrusted(keyOne)).isFalse();
            assertThat(keys.tokens().isTrusted(keyTwo)).isTrue();
        }
    }

    @Test
    void anotherKeyOfTheSameIdEndsWhatTheOneBeforeHasProved() throws Exception {
        Path secret = write("secret", new String(SECRET, StandardCharsets.US_ASCII));
        KeyConfig config =
                new KeyConfig(List.of(new KeyConfig.Key("hs", Algorithm.HS256, null, secret)), null, null, null);
        try (KeyWatch keys = new KeyWatch(config, null)) {
            String key = key(keys, token(JWSAlgorithm.HS256, "hs", new MACSigner(SECRET)));
            change(secret, new String(SECRET, StandardCharsets.US_ASCII) + "\n");
            keys.refresh();
            assertThat(keys.tokens().isTrusted(key)).as("it is the same").isTrue();

            byte[] next = "fedcba9876543210fedcba9876543210".getBytes(StandardCharsets.US_ASCII);
            change(secret, new String(next, StandardCharsets.US_ASCII));
            keys.refresh();
            assertThat(keys.tokens().isTrusted(key)).isFalse();
            assertThat(keys.tokens().isTrusted(key(keys, token(JWSAlgorithm.HS256, "hs", new MACSigner(next)))))
                    .isTrue();
        }
    }

    private static String key(KeyWatch keys, String token) {
        Identity identity = keys.tokens().verify(token, NOW);
        assertThat(identity).isNotNull();
        return identity.key();
    }

    @Test
    void aBrokenFileLeavesTheKeysAsTheyWere() throws Exception {
        Path file = write("keys.json", set(Forge.RSA, "one"));
        try (KeyWatch keys = new KeyWatch(jwks(file), null)) {
            String one = key(keys, rsaToken(Forge.RSA, "one"));
            for (String broken : List.of("", "{", "{\"keys\":[]}", "{\"keys\":[],\"keys\":[]}", "[]")) {
                change(file, broken);
                keys.refresh();
                assertThat(keys.tokens().isTrusted(one)).as(broken).isTrue();
            }
            Files.delete(file);
            keys.refresh();
            assertThat(keys.tokens().isTrusted(one)).isTrue();
        }
    }

    @Test
    void weakAndUnfitKeysAreRefused() throws Exception {
        java.security.KeyPairGenerator small = java.security.KeyPairGenerator.getInstance("RSA");
        small.initialize(1024);
        Path weak = write("weak.pem", Forge.pem(small.generateKeyPair()));
        Path wrongCurve = write("p384.pem", Forge.pem(Forge.pair("EC", "secp384r1")));
        Path rsa = write("rs.pem", Forge.pem(Forge.RSA));
        Path none = folder.resolve("none.pem");
        assertRefused(new KeyConfig.Key("k", Algorithm.HS256, "short", null), "at least 32 bytes");
        assertRefused(new KeyConfig.Key("k", Algorithm.HS256, null, rsa), "no secret");
        assertRefused(new KeyConfig.Key("k", Algorithm.RS256, null, weak), "weak");
        assertRefused(new KeyConfig.Key("k", Algorithm.ES256, null, wrongCurve), "not a key for ES256");
        assertRefused(new KeyConfig.Key("k", Algorithm.ES256, null, rsa), "no public key for ES256");
        assertRefused(new KeyConfig.Key("k", Algorithm.EDDSA, null, none), "cannot be read");
        assertThatThrownBy(() -> new KeyWatch(new KeyConfig(List.of(), null, null, null), null))
                .hasMessageContaining("no key");
    }

    @Test
    void developmentTokensAreOfASecretThatOnlyTheOwnerReads() throws Exception {
        DevTokens made = DevTokens.open(folder);
        DevTokens found = DevTokens.open(folder);
        try (KeyWatch keys = new KeyWatch(new KeyConfig(List.of(), null, null, null), found)) {
            String token = made.issue(new chat.parley.model.UserId("alice"), 60, NOW);
            assertBelieved(keys, token, DevTokens.KEY_ID);
            assertThat(keys.tokens().verify(token, NOW + 60_000)).isNull();
        }
        assertThat(Files.getPosixFilePermissions(folder.resolve("dev-token-secret")))
                .isEqualTo(java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.list(folder)).hasSize(1);
    }

    private static void assertBelieved(KeyWatch keys, String token, String keyId) {
        Identity identity = keys.tokens().verify(token, NOW);
        assertThat(identity).isNotNull();
        assertThat(identity.userId().value()).isEqualTo("alice");
        assertThat(identity.key()).startsWith(keyId + "#");
    }

    private void assertRefused(KeyConfig.Key key, String because) {
        assertThatThrownBy(() -> new KeyWatch(new KeyConfig(List.of(key), null, null, null), null))
                .isInstanceOf(KeyTrouble.class)
                .hasMessageContaining(because);
    }

    private static String token(JWSAlgorithm algorithm, String keyId, JWSSigner signer) throws Exception {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .subject("alice")
                .expirationTime(Date.from(Instant.ofEpochMilli(NOW + 60_000)))
                .build();
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String rsaToken(KeyPair pair, String keyId) throws Exception {
        return token(JWSAlgorithm.RS256, keyId, new RSASSASigner(pair.getPrivate()));
    }

    private static JWK jwk(KeyPair pair, String keyId) {
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic()).keyID(keyId).build();
    }

    private static String set(KeyPair pair, String keyId) {
        return new JWKSet(jwk(pair, keyId)).toString();
    }

    private static KeyConfig jwks(Path file) {
        return new KeyConfig(List.of(), file, null, null);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** As programs do that change a file others read: a new one in its place. */
    private void change(Path file, String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        Files.move(next, file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
}
