package chat.parley;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which way dependencies point: node → verticles → store, bus → wire → model. Before you loosen a rule, ask what the class that
 * breaks it knows that it should have been told.
 */
class LayersTest {
    private static final List<String> VERTICLES = List.of("gateway", "sequencer", "fanout", "presence", "consumers");

    private static final JavaClasses PARLEY =
            new ClassFileImporter().withImportOption(LayersTest::isNoTest).importPackages("chat.parley");

    private static boolean isNoTest(Location location) {
        return !location.contains("/test-classes/") && !location.contains("-tests.jar");
    }

    @Test
    void bothModulesAreLookedAt() {
        assertThat(PARLEY.stream().map(JavaClass::getPackageName)).contains("chat.parley.model", "chat.parley.gateway");
        assertThat(PARLEY.stream().map(JavaClass::getSimpleName)).doesNotContain("LayersTest");
    }

    @Test
    void modelIsPlainJava() {
        check(classes()
                .that()
                .resideInAPackage("chat.parley.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "chat.parley.model.."));
    }

    @Test
    void wireKnowsOnlyTheModel() {
        knowsNoneBut("wire", "model");
    }

    @Test
    void busKnowsOnlyWireAndModel() {
        knowsNoneBut("bus", "wire", "model");
    }

    @Test
    void storeKnowsOnlyWireModelAndWhatIsCounted() {
        knowsNoneBut("store", "wire", "model", "telemetry");
    }

    @Test
    void telemetryKnowsOnlyTheModel() {
        knowsNoneBut("telemetry", "model");
    }

    @Test
    void whoGathersMetricsIsKnownToTheNodeOnly() {
        areKnownOnlyIn(List.of(), "io.micrometer..", "io.prometheus..", "io.opentelemetry..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "sequencer", "fanout", "presence", "consumers"})
    void aVerticleMeetsOthersOnTheBusOnly(String verticle) {
        check(noClasses()
                .that()
                .resideInAPackage(ours(verticle))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(Stream.concat(VERTICLES.stream(), Stream.of("node"))
                        .filter(other -> !other.equals(verticle))
                        .map(LayersTest::ours)
                        .toArray(String[]::new)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "sequencer", "fanout", "presence", "consumers"})
    void aVerticleKnowsThePortsOfTheStoreNotItsAdapters(String verticle) {
        check(noClasses()
                .that()
                .resideInAPackage(ours(verticle))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("chat.parley.store.*.."));
    }

    @Test
    void nobodyKnowsTheNode() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(ours("node"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ours("node")));
    }

    @Test
    void rocksDbIsKnownToItsAdapterOnly() {
        areKnownOnlyIn(List.of("chat.parley.store.embedded.."), "org.rocksdb..");
    }

    @Test
    void cassandraIsKnownToItsAdapterOnly() {
        areKnownOnlyIn(
                List.of("chat.parley.store.cassandra.."),
                "com.datastax..",
                "org.apache.cassandra..",
                "io.vertx.cassandra..");
    }

    @Test
    void redisIsKnownToItsAdapterOnly() {
        areKnownOnlyIn(List.of("chat.parley.store.redis.."), "io.vertx.redis..");
    }

    @Test
    void kafkaIsKnownToItsAdapterOnly() {
        areKnownOnlyIn(List.of("chat.parley.store.kafka.."), "io.vertx.kafka..", "org.apache.kafka..");
    }

    @Test
    void hazelcastIsKnownToTheNodeOnly() {
        areKnownOnlyIn(List.of(), "com.hazelcast..", "io.vertx.spi.cluster.hazelcast..");
    }

    @Test
    void nettyIsKnownWhereBytesMeetTheSocket() {
        areKnownOnlyIn(List.of("chat.parley.gateway..", "chat.parley.wire.."), "io.netty..");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Manager", "Helper", "Util", "Utils", "Common", "Base", "Impl"})
    void noClassIsNamedForWantOfAName(String ending) {
        check(noClasses().should().haveSimpleNameEndingWith(ending));
    }

    private static void knowsNoneBut(String layer, String... lower) {
        var known = new ArrayList<String>(List.of(ours(layer)));
        Stream.of(lower).map(LayersTest::ours).forEach(known::add);
        check(noClasses()
                .that()
                .resideInAPackage(ours(layer))
                .should()
                .dependOnClassesThat(
                        resideInAPackage("chat.parley..").and(not(resideInAnyPackage(known.toArray(String[]::new))))));
    }

    /** The node may, besides: it is the place where adapters are built. */
    private static void areKnownOnlyIn(List<String> adapters, String... drivers) {
        var allowed = new ArrayList<>(adapters);
        allowed.add(ours("node"));
        check(noClasses()
                .that()
                .resideOutsideOfPackages(allowed.toArray(String[]::new))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(drivers));
    }

    private static String ours(String layer) {
        return "chat.parley." + layer + "..";
    }

    /** A package that has no class yet breaks no rule. */
    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(PARLEY);
    }
}
