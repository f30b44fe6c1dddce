package chat.parley;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.Map;

/** Records that differ in some of their components: a test says what it changes, not all that there is. */
public final class Altered {
    private Altered() {}

    /** The same but for these. @param namesAndValues of components, in turn */
    public static <R extends Record> R of(R record, Object... namesAndValues) {
        Map<String, Object> changes = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2)
            changes.put((String) namesAndValues[i], namesAndValues[i + 1]);
        try {
            RecordComponent[] components = record.getClass().getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                String name = components[i].getName();
                types[i] = components[i].getType();
                components[i].getAccessor().setAccessible(true);
                values[i] = changes.containsKey(name)
                        ? changes.remove(name)
                        : components[i].getAccessor().invoke(record);
                if (types[i] == long.class) values[i] = ((Number) values[i]).longValue();
            }
            if (!changes.isEmpty()) throw new IllegalArgumentException("there is no " + changes.keySet());
            @SuppressWarnings("unchecked") // it is the class of the record
            Constructor<R> constructor = (Constructor<R>) record.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(record.getClass() + " cannot be altered", e);
        }
    }
}
