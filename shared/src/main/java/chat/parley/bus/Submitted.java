package chat.parley.bus;

import java.util.List;

/** What became of the drafts of a {@link Submit}, in its order. */
public record Submitted(List<Answer> answers) {}
