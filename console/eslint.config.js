import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const library = {
  group: ["@mantine/*"],
  message: "Only src/ui knows the component library.",
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 150 }],
      // Regions with their states are conditions too.
      complexity: ["error", 18],
      "no-restricted-imports": ["error", { patterns: [library] }],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "What people typed is text.",
        },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  // Of components, with all that belongs to them.
  { files: ["src/**/*.tsx"], rules: { "max-lines": ["error", { max: 150, skipBlankLines: false, skipComments: true }] } },
  { files: ["src/i18n/*"], rules: { "max-lines": "off" } },
  { files: ["src/ui/**"], rules: { "no-restricted-imports": "off" } },
);
