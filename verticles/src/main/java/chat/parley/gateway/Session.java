package chat.parley.gateway;

/** One connected device. */
public final class Session implements Inbound {
    Session() {}

    @Override
    public void onText(byte[] json) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onClosed() {
        throw new UnsupportedOperationException();
    }
}
