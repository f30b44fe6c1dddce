package chat.parley.node.cluster;

import chat.parley.node.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Makes what the nodes of a cluster know each other by, with the JDK's keytool: an authority of the cluster's own, and a certificate for each
 * node. For trying, and for who has no authority; the authority's key ({@code ca.p12}) belongs on no node.
 */
public final class Certificates {
    private static final String DAYS = "3650";

    private final Path folder;
    private final Path password;
    private final Path authority;
    private final Path trust;

    /** @param folder where the files are, or will be */
    public Certificates(Path folder) {
        this.folder = folder;
        this.password = folder.resolve("password");
        this.authority = folder.resolve("ca.p12");
        this.trust = folder.resolve("trust.p12");
    }

    /** What a node is to be told. */
    public ClusterConfig.Tls of(String node) {
        return new ClusterConfig.Tls(folder.resolve(node + ".p12"), trust, password);
    }

    /** Makes what is missing for these nodes; what is there stays as it is. @throws Refusal with the sentence for the operator */
    public void make(List<String> nodes) throws Refusal {
        try {
            Files.createDirectories(folder);
            if (!Files.exists(password)) {
                byte[] secret = new byte[16];
                new SecureRandom().nextBytes(secret);
                create(password, HexFormat.of().formatHex(secret) + "\n");
            }
            if (!Files.exists(trust)) makeAuthority();
            for (String node : nodes) if (!Files.exists(of(node).keys())) makeNode(node);
        } catch (IOException broken) {
            throw new Refusal("certificates cannot be made in " + folder + ": " + broken.getMessage() + ".");
        }
    }

    private void makeAuthority() throws IOException, Refusal {
        Path certificate = Files.createTempFile(folder, "ca", ".pem");
        try {
            makeKey(authority, "ca", "CN=Authority of a Parley cluster", "-ext", "bc:critical=ca:true");
            keytool(authority, "-exportcert", "-alias", "ca", "-rfc", "-file", certificate.toString());
            keytool(trust, "-importcert", "-noprompt", "-alias", "ca", "-file", certificate.toString());
        } finally {
            Files.delete(certificate);
        }
    }

    private void makeNode(String node) throws IOException, Refusal {
        Path keys = of(node).keys();
        Path request = Files.createTempFile(folder, node, ".csr");
        Path signed = Files.createTempFile(folder, node, ".pem");
        try {
            makeKey(keys, "node", "CN=" + node);
            keytool(keys, "-certreq", "-alias", "node", "-file", request.toString());
            keytool(
                    authority,
                    "-gencert",
                    "-alias",
                    "ca",
                    "-rfc",
                    "-validity",
                    DAYS,
                    "-ext",
                    "eku=serverAuth,clientAuth",
                    "-infile",
                    request.toString(),
                    "-outfile",
                    signed.toString());
            Files.writeString(signed, Files.readString(signed) + exported());
            keytool(keys, "-importcert", "-noprompt", "-alias", "node", "-file", signed.toString());
        } catch (IOException | Refusal broken) {
            Files.deleteIfExists(keys);
            throw broken;
        } finally {
            Files.delete(request);
            Files.delete(signed);
        }
    }

    /** The authority's certificate, which completes the chain of a node's. */
    private String exported() throws IOException, Refusal {
        return keytool(trust, "-exportcert", "-alias", "ca", "-rfc");
    }

    private void makeKey(Path store, String alias, String name, String... more) throws IOException, Refusal {
        List<String> arguments = new ArrayList<>(List.of(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                DAYS,
                "-dname",
                name));
        arguments.addAll(List.of(more));
        keytool(store, arguments.toArray(String[]::new));
        ownerOnly(store);
    }

    private String keytool(Path store, String... arguments) throws IOException, Refusal {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(
                List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass:file", password.toString()));
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")); // it lives for half a second
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() == 0) return said;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        throw new Refusal("keytool could not make " + store + ": "
                + said.strip().lines().findFirst().orElse("it did not say why") + ".");
    }

    private static void create(Path file, String text) throws IOException {
        Files.createFile(file);
        ownerOnly(file);
        Files.writeString(file, text);
    }

    private static void ownerOnly(Path file) throws IOException {
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix"))
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
