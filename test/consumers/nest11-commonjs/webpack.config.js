const { IgnorePlugin } = require('webpack');

/** What Nest requires only if an application uses it. */
const OPTIONAL = /^(class-transformer|class-validator|@nestjs\/(microservices|websockets))(\/|$)/;

/** One minified file, where `nest build --webpack` leaves all packages in node_modules: here only the database's. */
module.exports = (options) => ({
  ...options,
  mode: 'production',
  externals: [/^(typeorm|pg)($|\/)/],
  externalsType: 'commonjs',
  // Without the one that checks types, which `tsc` has done.
  plugins: [new IgnorePlugin({ checkResource: (name) => OPTIONAL.test(name) })],
  output: { ...options.output, filename: 'checks/bundled.webpack.test.js' },
});
