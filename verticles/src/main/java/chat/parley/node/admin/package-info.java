/**
 * What operators ask of nodes, at {@code /admin/} of the operators' port ({@code AdminRoutes}), with a credential of its own ({@code
 * Credential}): how the nodes of the cluster are, to scale what a node does, to drain one, and where a message was. The node that is asked
 * has others answer for themselves ({@link chat.parley.bus.Command} at {@code node.<node>}); {@code AdminCommand} is the command line of it.
 *
 * <p>The contract is {@code conf/ops-api.md}.
 */
@NullMarked
package chat.parley.node.admin;

import org.jspecify.annotations.NullMarked;
