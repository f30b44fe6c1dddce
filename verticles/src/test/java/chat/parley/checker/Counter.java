package chat.parley.checker;

/** What a run must have done to have proved anything. The first group is counted by the recorder, the second by the checker. */
public enum Counter {
    /** Appends that lost their compare-and-set. */
    CONFLICTS,
    SHARDS_MOVED,
    /** Appends or sends whose outcome was not known; the checker adds each {@code info}. */
    UNKNOWN_OUTCOMES,
    /** Sessions that went on from cursors; the checker adds each (session, conversation) resumed. */
    RESUMES,
    /** Ranges fetched because a hole was found; the checker adds each entry received by pull. */
    PULLS,
    /** Users who were added to a group, were removed or left, while there were sends. */
    MEMBERS_CHANGED,
    /** Groups that grew or shrank past a number of members from which on entries travel another way. */
    THRESHOLDS_CROSSED,

    SENDS,
    ACKS,
    RECEPTIONS,
    /** Entries that came again, live, on a device that had them from a session. */
    RAW_DUPLICATES,
    FINAL_READS,
    CONVERSATIONS,
    ENTRIES,
    /** (device, conversation) pairs held to completeness. */
    STREAMS,
    /** Read pointers that somebody saw. */
    POINTERS,
    /** Unread counts that were told. */
    UNREADS,
    PUSHES,
    EXPORTS,
    FAULTS_PLANNED,
    FAULTS_EFFECTIVE;

    static final Counter[] VALUES = values();
}
