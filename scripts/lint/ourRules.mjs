// Rules of our own for oxlint. See `jsPlugins` in .oxlintrc.json.

/** Statements reach a server only as constants with parameters; text built in place is refused. */
const noBuiltSql = {
  /** @param {{ report(problem: { node: unknown, message: string }): void }} context */
  create(context) {
    return {
      /** @param {{ callee: { type: string, property?: { name?: string } }, arguments: readonly { type: string, expressions?: readonly unknown[] }[] }} call */
      CallExpression(call) {
        if (call.callee.type !== 'MemberExpression' || call.callee.property?.name !== 'query')
          return;
        for (const argument of call.arguments) {
          const isBuilt =
            argument.type === 'BinaryExpression' ||
            (argument.type === 'TemplateLiteral' && (argument.expressions?.length ?? 0) > 0);
          if (!isBuilt) continue;
          context.report({
            node: argument,
            message:
              'No SQL by concatenation: use parameters, or the quoting functions of core/sql.ts.',
          });
        }
      },
    };
  },
};

export default { meta: { name: 'ours' }, rules: { 'no-built-sql': noBuiltSql } };
