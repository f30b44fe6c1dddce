package chat.parley.load.gatling;

/** What a user does. */
interface Behaviour {
    /**
     * Is asked again and again while the user is there: says something, hangs up, or does nothing.
     *
     * @return when it has to be asked next, at the latest
     */
    long act(Visit visit, long nowMillis);
}
