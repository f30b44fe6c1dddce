package chat.parley.gateway.auth;

import chat.parley.wire.Utf8;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the keys that a {@link KeyConfig} names, from it and from its files; blocks. */
final class KeyFiles {
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int COORDINATE_BYTES = 32;
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** What stands in front of the 32 bytes of an Ed25519 key in its X.509 form. */
    private static final byte[] ED25519_HEAD = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

    private KeyFiles() {}

    /** All keys by id. @throws KeyTrouble if one of them cannot be used, or two have one id */
    static Map<String, TrustedKey> read(KeyConfig config) throws KeyTrouble {
        Map<String, TrustedKey> keys = new LinkedHashMap<>();
        for (KeyConfig.Key key : config.keys()) add(keys, read(key));
        if (config.jwksFile() != null) for (TrustedKey key : jwks(config.jwksFile())) add(keys, key);
        return keys;
    }

    /** The files that the keys come from. */
    static List<Path> files(KeyConfig config) {
        List<Path> files = new ArrayList<>();
        for (KeyConfig.Key key : config.keys()) if (key.file() != null) files.add(key.file());
        if (config.jwksFile() != null) files.add(config.jwksFile());
        return files;
    }

    private static void add(Map<String, TrustedKey> keys, TrustedKey key) throws KeyTrouble {
        if (keys.putIfAbsent(key.id(), key) != null) throw new KeyTrouble("there are two keys with the id " + key.id());
    }

    private static TrustedKey read(KeyConfig.Key key) throws KeyTrouble {
        if (key.algorithm() == Algorithm.HS256) return TrustedKey.secret(key.id(), secretOf(key));
        if (key.file() == null) throw new KeyTrouble("key " + key.id() + ": it has no file with a public key");
        return TrustedKey.publicKey(key.id(), key.algorithm(), pem(key.algorithm(), key.file()));
    }

    private static byte[] secretOf(KeyConfig.Key key) throws KeyTrouble {
        if (key.secret() != null) return key.secret().getBytes(StandardCharsets.UTF_8);
        if (key.file() == null)
            throw new KeyTrouble("key " + key.id() + ": it has neither a secret nor a file with one");
        byte[] bytes = bytes(key.file());
        int end = bytes.length; // an editor leaves a line end behind
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) end--;
        byte[] secret = Arrays.copyOf(bytes, end);
        boolean isPem = new String(secret, StandardCharsets.ISO_8859_1).contains("-----BEGIN");
        if (isPem) throw new KeyTrouble(key.file() + ": a key in PEM is no secret for HS256");
        return secret;
    }

    private static byte[] bytes(Path file) throws KeyTrouble {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) throw new KeyTrouble(file + ": too large for a file with keys");
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new KeyTrouble(file + ": cannot be read");
        }
    }

    private static PublicKey pem(Algorithm algorithm, Path file) throws KeyTrouble {
        String text = new String(bytes(file), StandardCharsets.ISO_8859_1);
        String begin = "-----BEGIN PUBLIC KEY-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END PUBLIC KEY-----");
        if (from < 0 || to < from) throw new KeyTrouble(file + ": holds no PUBLIC KEY in PEM");
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
            return factory(algorithm).generatePublic(new X509EncodedKeySpec(encoded));
        } catch (IllegalArgumentException | GeneralSecurityException broken) {
            throw new KeyTrouble(file + ": holds no public key for " + algorithm.wireName());
        }
    }

    private static KeyFactory factory(Algorithm algorithm) throws GeneralSecurityException {
        return KeyFactory.getInstance(
                switch (algorithm) {
                    case RS256 -> "RSA";
                    case ES256 -> "EC";
                    case EDDSA -> "Ed25519";
                    case HS256 -> throw new GeneralSecurityException("no public keys");
                });
    }

    private static List<TrustedKey> jwks(Path file) throws KeyTrouble {
        byte[] bytes = bytes(file);
        if (!Utf8.isValid(bytes, 0, bytes.length)) throw new KeyTrouble(file + ": not UTF-8");
        List<TrustedKey> keys = new ArrayList<>();
        try (JsonParser json = JSON.createParser(bytes)) {
            if (json.nextToken() != JsonToken.START_OBJECT) throw new KeyTrouble(file + ": not a JSON Web Key Set");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isKeys = json.currentName().equals("keys");
                if (json.nextToken() == JsonToken.START_ARRAY && isKeys) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        TrustedKey key = jwk(file, members(json));
                        if (key != null) keys.add(key);
                    }
                } else {
                    json.skipChildren();
                }
            }
        } catch (IOException broken) {
            throw new KeyTrouble(file + ": not JSON, or it says something twice");
        }
        if (keys.isEmpty()) throw new KeyTrouble(file + ": holds no key that could be used");
        return keys;
    }

    /** The members that are text; behind it the parser stands at the end of the object. */
    private static Map<String, String> members(JsonParser json) throws IOException {
        Map<String, String> members = new HashMap<>();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            if (json.nextToken() == JsonToken.VALUE_STRING) members.put(name, json.getText());
            else json.skipChildren();
        }
        return members;
    }

    /** Null: a key for something else, as sets of others may hold. */
    private static @Nullable TrustedKey jwk(Path file, Map<String, String> jwk) throws KeyTrouble {
        Algorithm algorithm = algorithmOf(jwk);
        if (algorithm == null || !jwk.getOrDefault("use", "sig").equals("sig")) return null;
        String id = jwk.get("kid");
        if (id == null) throw new KeyTrouble(file + ": a key in it has no kid");
        try {
            return switch (algorithm) {
                case HS256 -> TrustedKey.secret(id, member(jwk, "k"));
                case RS256 ->
                    TrustedKey.publicKey(
                            id,
                            algorithm,
                            factory(algorithm)
                                    .generatePublic(new RSAPublicKeySpec(number(jwk, "n"), number(jwk, "e"))));
                case ES256 ->
                    TrustedKey.publicKey(
                            id,
                            algorithm,
                            factory(algorithm)
                                    .generatePublic(new ECPublicKeySpec(
                                            new ECPoint(number(jwk, "x"), number(jwk, "y")), p256())));
                case EDDSA -> TrustedKey.publicKey(id, algorithm, ed25519(member(jwk, "x")));
            };
        } catch (IllegalArgumentException | GeneralSecurityException broken) {
            throw new KeyTrouble(file + ": key " + id + " in it is broken");
        }
    }

    /** The one algorithm that the key is for: what it says, which its type has to allow; a secret has to say. */
    private static @Nullable Algorithm algorithmOf(Map<String, String> jwk) {
        String type = jwk.getOrDefault("kty", "");
        String curve = jwk.getOrDefault("crv", "");
        Algorithm byType = switch (type) {
            case "oct" -> jwk.containsKey("alg") ? Algorithm.HS256 : null;
            case "RSA" -> Algorithm.RS256;
            case "EC" -> curve.equals("P-256") ? Algorithm.ES256 : null;
            case "OKP" -> curve.equals("Ed25519") ? Algorithm.EDDSA : null;
            default -> null;
        };
        if (byType == null) return null;
        String said = jwk.getOrDefault("alg", byType.wireName());
        return said.equals(byType.wireName()) || byType == Algorithm.EDDSA && said.equals("Ed25519") ? byType : null;
    }

    private static byte[] member(Map<String, String> jwk, String name) {
        return Base64.getUrlDecoder().decode(jwk.getOrDefault(name, ""));
    }

    private static BigInteger number(Map<String, String> jwk, String name) {
        return new BigInteger(1, member(jwk, name));
    }

    private static ECParameterSpec p256() throws GeneralSecurityException {
        AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec("secp256r1"));
        return parameters.getParameterSpec(ECParameterSpec.class);
    }

    private static PublicKey ed25519(byte[] x) throws GeneralSecurityException {
        if (x.length != COORDINATE_BYTES) throw new GeneralSecurityException("not a point");
        byte[] encoded = Arrays.copyOf(ED25519_HEAD, ED25519_HEAD.length + x.length);
        System.arraycopy(x, 0, encoded, ED25519_HEAD.length, x.length);
        return factory(Algorithm.EDDSA).generatePublic(new X509EncodedKeySpec(encoded));
    }
}
