package chat.parley.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes tokens, good and bad, out of any text for header and claims. */
public final class Forge {
    static final KeyPair RSA = pair("RSA", null);
    static final KeyPair EC = pair("EC", "secp256r1");
    static final KeyPair ED = pair("Ed25519", null);

    private Forge() {}

    static KeyPair pair(String algorithm, String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (curve != null) generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    public static String hs256(byte[] secret, String header, String claims) {
        return mac("HmacSHA256", secret, header, claims);
    }

    static String mac(String algorithm, byte[] secret, String header, String claims) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            String text = base64(header) + "." + base64(claims);
            return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String signed(String algorithm, PrivateKey key, String header, String claims) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            String text = base64(header) + "." + base64(claims);
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return text + "." + base64(signature.sign());
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    static String rs256(String header, String claims) {
        return signed("SHA256withRSA", RSA.getPrivate(), header, claims);
    }

    static String es256(String header, String claims) {
        return signed("SHA256withECDSAinP1363Format", EC.getPrivate(), header, claims);
    }

    static String edDsa(String header, String claims) {
        return signed("Ed25519", ED.getPrivate(), header, claims);
    }

    static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    public static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static String pem(KeyPair pair) {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPublic().getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }
}
