import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One file of ours, as text and as the compiler reads it. */
export type Source = {
  /** From the root of the project, with slashes. */
  readonly file: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tree: ts.SourceFile;
};

/** The TypeScript files in some folders. */
export function sourcesIn(...folders: readonly string[]): Source[] {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }));
  return files.sort().map((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    return { file, text, lines: text.trimEnd().split('\n'), tree };
  });
}

/** Everything that a file imports: packages by name, our own files from the root. */
export function importsOf({ file, tree }: Source): string[] {
  const found: string[] = [];
  each(tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const ours = specifier.startsWith('.');
    found.push(ours ? posix.join(dirname(file), specifier) : specifier);
  });
  return found;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    return moduleSpecifier && ts.isStringLiteral(moduleSpecifier)
      ? moduleSpecifier.text
      : undefined;
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    return argument && ts.isStringLiteral(argument) ? argument.text : undefined;
  }
  return undefined;
}

/** A function of a file: where it begins, and how many lines it has. */
export type FunctionSize = { readonly line: number; readonly name: string; readonly lines: number };

export function functionsOf({ tree }: Source): FunctionSize[] {
  const found: FunctionSize[] = [];
  each(tree, (node) => {
    if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
    const first = tree.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = tree.getLineAndCharacterOfPosition(node.getEnd()).line;
    found.push({ line: first + 1, name: nameOf(node), lines: last - first + 1 });
  });
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  if (node.name !== undefined) return node.name.getText();
  const { parent } = node;
  return ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)
    ? parent.name.getText()
    : 'a function without a name';
}

/** Every property that is read of an object, such as `process.env`, with its line. */
export function readsOf({ tree }: Source, object: string, property: string): number[] {
  const found: number[] = [];
  each(tree, (node) => {
    if (!ts.isPropertyAccessExpression(node)) return;
    if (node.expression.getText() !== object || node.name.text !== property) return;
    found.push(tree.getLineAndCharacterOfPosition(node.getStart()).line + 1);
  });
  return found;
}

/** Every `new Date()` without an argument, which reads the clock, with its line. */
export function newDatesOf({ tree }: Source): number[] {
  const found: number[] = [];
  each(tree, (node) => {
    if (!ts.isNewExpression(node) || node.expression.getText() !== 'Date') return;
    if (node.arguments !== undefined && node.arguments.length > 0) return;
    found.push(tree.getLineAndCharacterOfPosition(node.getStart()).line + 1);
  });
  return found;
}

/** The whole numbers written in a file, with their lines. */
export function numbersOf({ tree }: Source): { readonly value: number; readonly line: number }[] {
  const found: { value: number; line: number }[] = [];
  each(tree, (node) => {
    if (!ts.isNumericLiteral(node)) return;
    const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
    found.push({ value: Number(node.text), line: line + 1 });
  });
  return found;
}

function each(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}
