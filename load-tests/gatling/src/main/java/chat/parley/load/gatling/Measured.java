package chat.parley.load.gatling;

import io.gatling.commons.stats.KO$;
import io.gatling.commons.stats.OK$;
import io.gatling.commons.stats.Status;
import io.gatling.commons.validation.Success;
import io.gatling.core.action.Action;
import io.gatling.core.action.SessionHook;
import io.gatling.core.stats.StatsEngine;
import io.gatling.core.structure.ScenarioContext;
import io.gatling.javaapi.core.ActionBuilder;
import io.gatling.javaapi.core.Session;
import scala.Option;

/** Puts what a device has measured into Gatling's log, as requests of that name: Gatling itself measures requests with one answer only. */
final class Measured implements ActionBuilder {
    @Override
    public io.gatling.core.action.builder.ActionBuilder asScala() {
        return Measured::action;
    }

    private static Action action(ScenarioContext context, Action next) {
        StatsEngine stats = context.coreComponents().statsEngine();
        return new SessionHook(
                session -> {
                    for (Device.Measure each :
                            Life.visit(new Session(session)).device.takeMeasures()) tell(stats, session, each);
                    return new Success<>(session);
                },
                "measured",
                stats,
                next);
    }

    private static void tell(StatsEngine stats, io.gatling.core.session.Session session, Device.Measure measure) {
        Status status = measure.problem() == null ? OK$.MODULE$ : KO$.MODULE$;
        stats.logResponse(
                session.scenario(),
                session.groups(),
                measure.name(),
                measure.beganMillis(),
                measure.endedMillis(),
                status,
                Option.empty(),
                Option.apply(measure.problem()));
    }
}
