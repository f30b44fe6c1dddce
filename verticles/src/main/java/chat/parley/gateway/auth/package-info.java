/** Who a client is: bearer tokens, the keys that they may be signed with, and the tokens of development. */
@NullMarked
package chat.parley.gateway.auth;

import org.jspecify.annotations.NullMarked;
