package chat.parley.checker;

/** The life of one planned fault, by its name. Its window is from planned to healed, plus the time to settle. */
public enum FaultStep {
    PLANNED,
    /** It was seen to bite: a process died, packets were dropped, a reply went missing. */
    EFFECTIVE,
    HEALED;

    static final FaultStep[] VALUES = values();
}
