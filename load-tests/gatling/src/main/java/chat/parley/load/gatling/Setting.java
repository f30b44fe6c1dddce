package chat.parley.load.gatling;

/**
 * A number that a simulation can be told, as a system property of that name.
 *
 * @param otherwise what it is if nobody says
 * @param what it says, with its unit
 */
record Setting(String name, int otherwise, int min, int max, String what) {
    /** What holds in this process. */
    int value() {
        String said = System.getProperty(name);
        if (said == null) return otherwise;
        try {
            int value = Integer.parseInt(said);
            if (value >= min && value <= max) return value;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                String.format("%s (%s) has to be a whole number of %,d to %,d, not '%s'.", name, what, min, max, said));
    }
}
