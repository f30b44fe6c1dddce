package chat.parley.bus;

import chat.parley.model.UserId;
import java.util.List;

/** To {@code presence.<node>}: whether these users are there. Answered by {@link Presences}, once. */
public record Ask(List<UserId> users) {}
