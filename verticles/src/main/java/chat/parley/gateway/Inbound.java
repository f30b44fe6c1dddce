package chat.parley.gateway;

/** What comes in from one transport, on the session's loop. */
public interface Inbound {
    /** One whole text from the client, valid UTF-8: a frame or an array of frames. The array is the receiver's. */
    void onText(byte[] json);

    /** Nothing more comes, whoever ended it, and what is written now is dropped. Called once. */
    void onClosed();
}
