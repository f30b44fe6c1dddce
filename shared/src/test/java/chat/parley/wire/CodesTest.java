package chat.parley.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What clients and other nodes rely on: a change here is a change of the protocol. */
class CodesTest {
    @Test
    void errorCodesStayAsTheyAre() {
        assertThat(Arrays.stream(ErrorCode.values())
                        .map(code ->
                                code.number() + " " + code.wireName() + " " + code.status() + " " + code.retryable()))
                .containsExactly(
                        "1 bad_frame 400 false",
                        "2 unauthenticated 401 false",
                        "3 forbidden 403 false",
                        "4 not_found 404 false",
                        "5 conflict 409 false",
                        "6 too_large 413 false",
                        "7 rate_limited 429 true",
                        "8 slow_mode 429 true",
                        "9 busy 503 true",
                        "10 unavailable 503 true",
                        "11 outcome_unknown 504 true",
                        "12 internal 500 true");
        for (ErrorCode code : ErrorCode.values())
            assertThat(ErrorCode.of(code.number())).isSameAs(code);
    }

    @Test
    void closeCodesStayAsTheyAre() {
        assertThat(Arrays.stream(CloseCode.values()).map(code -> code.number() + " " + code))
                .containsExactly(
                        "1007 BAD_UTF8",
                        "1009 TOO_BIG",
                        "1012 DRAINING",
                        "1013 TOO_SLOW",
                        "4400 BAD_FRAME",
                        "4401 UNAUTHENTICATED",
                        "4403 ORIGIN_REFUSED",
                        "4408 NO_HELLO",
                        "4409 REPLACED",
                        "4429 TOO_MANY");
    }

    @Test
    void closeReasonsFitAWebSocketCloseFrame() {
        for (CloseCode code : CloseCode.values())
            assertThat(code.reason().length()).isBetween(1, 123);
    }

    @Test
    void limitsStayAsTheDesignSays() {
        assertThat(Limits.DEFAULT)
                .isEqualTo(new Limits(65_536, 16_384, 262_144, 2_048, 10, 50, 16, 200, 1_000, 200_000));
    }
}
