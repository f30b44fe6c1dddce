package chat.parley.gateway;

import java.lang.reflect.RecordComponent;

/** The default settings but for one. */
final class GatewayConfigs {
    private GatewayConfigs() {}

    static GatewayConfig with(String name, int value) {
        return with(GatewayConfig.DEFAULT, name, value);
    }

    static GatewayConfig with(GatewayConfig config, String name, Object value) {
        try {
            RecordComponent[] components = GatewayConfig.class.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                values[i] = components[i].getAccessor().invoke(config);
                if (!components[i].getName().equals(name)) continue;
                if (types[i] == long.class) values[i] = ((Number) value).longValue();
                else values[i] = value;
            }
            return GatewayConfig.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(name, e);
        }
    }
}
