package chat.parley.store.embedded;

/** The column families, by the number RocksDB gave them: the order is stored. */
enum Family {
    /** What the store knows of itself; owners and cursors of the shards. */
    META("default"),
    LOG("log"),
    HISTORY("history"),
    IDS("ids"),
    HEADS("heads"),
    /** All that is written seldom: conversations, members, inboxes, amendments, read pointers, devices, user settings, when users were last seen. */
    TABLES("tables");

    private final String familyName;

    Family(String familyName) {
        this.familyName = familyName;
    }

    String familyName() {
        return familyName;
    }
}
