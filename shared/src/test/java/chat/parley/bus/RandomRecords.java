package chat.parley.bus;

import chat.parley.model.ConversationId;
import chat.parley.model.DeviceId;
import chat.parley.model.Kind;
import chat.parley.model.UserId;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Any record of the bus with any content that it may have: small and large numbers, empty and full lists, texts of any language. */
final class RandomRecords {
    private static final long[] NUMBERS = {0, 1, 127, 128, 300, 1L << 31, (1L << 53) - 1, Long.MAX_VALUE};
    private static final String[] TEXTS = {"", "a", "two words", "Ünï", "日本", "😀", "x".repeat(300)};

    private final RandomGenerator random;

    RandomRecords(RandomGenerator random) {
        this.random = random;
    }

    <T> T next(Class<T> type) {
        if (type == UserId.class) return type.cast(new UserId("u" + random.nextInt(1_000)));
        if (type == ConversationId.class) return type.cast(new ConversationId("c" + random.nextInt(1_000)));
        if (type == DeviceId.class) return type.cast(new DeviceId("d" + random.nextInt(1_000)));
        if (type.isSealed()) return type.cast(next(any(type.getPermittedSubclasses())));
        if (type.isEnum()) return any(type.getEnumConstants());
        if (!type.isRecord()) throw new IllegalArgumentException("what is a " + type + "?");
        try {
            RecordComponent[] components = type.getRecordComponents();
            @Nullable Object[] values = new @Nullable Object[components.length];
            for (int i = 0; i < values.length; i++) values[i] = component(type, components[i]);
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Object component(Class<?> record, RecordComponent component) {
        AnnotatedType annotated = component.getAnnotatedType();
        if (annotated.isAnnotationPresent(Nullable.class) && random.nextInt(3) == 0) return null;
        String name = component.getName();
        if (name.equals("shard")) {
            boolean ofUsers = record != Submit.class && record != Spread.class;
            return random.nextInt(ofUsers ? UserId.SHARDS : ConversationId.SHARDS);
        }
        if (name.equals("wanted")) return List.of(0, UserId.SHARDS - 1);
        if (name.equals("entriesMax")) return random.nextInt(501);
        if (name.equals("intervals")) return list(component, 1);
        if (name.equals("status") && component.getType() == int.class) return random.nextInt(600);
        if (name.equals("version")) return random.nextInt(256);
        Class<?> type = component.getType();
        if (type == List.class) return list(component, 0);
        return value(type);
    }

    private List<Object> list(RecordComponent component, int least) {
        Type element = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[0];
        List<Object> list = new ArrayList<>();
        for (int left = least + random.nextInt(4); left > 0; left--) list.add(value((Class<?>) element));
        return list;
    }

    private Object value(Class<?> type) {
        if (type == long.class || type == Long.class) return NUMBERS[random.nextInt(NUMBERS.length - 1)];
        if (type == int.class || type == Integer.class) return (int) NUMBERS[random.nextInt(5)];
        if (type == boolean.class) return random.nextBoolean();
        if (type == String.class) return any(TEXTS);
        if (type == byte[].class) {
            byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            return bytes;
        }
        if (type == Kind.class) return any(Kind.values());
        return next(type);
    }

    private <T> T any(T[] all) {
        return all[random.nextInt(all.length)];
    }
}
