/**
 * GraphQL over GitHub's full published schema. What is not answered here says so; nothing is silently null.
 */
import {
  buildClientSchema,
  execute,
  getOperationAST,
  GraphQLError,
  parse,
  validate,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { isRecord, record } from '../http/input.ts';
import type { Reply } from '../http/route.ts';
import type { Hub } from '../hub.ts';
import { Problem } from '../problem.ts';
import type { Viewer } from '../state.ts';
import { mutations } from './mutations.ts';
import { queries } from './queries.ts';

export interface GraphqlContext {
  readonly hub: Hub;
  readonly viewer: Viewer;
}

let built: Promise<GraphQLSchema> | null = null;

/** Read once, on the first question: it takes a fifth of a second. */
function schema(): Promise<GraphQLSchema> {
  built ??= import('@octokit/graphql-schema').then(({ schema: published }) => {
    const json = record(published.json);
    const introspection = isRecord(json['data']) ? json['data'] : json;
    return buildClientSchema(introspection as unknown as IntrospectionQuery, { assumeValid: true });
  });
  return built;
}

/** A field is a value or a function of its arguments; a field that is neither is one we do not answer. */
const resolve: GraphQLFieldResolver<unknown, GraphqlContext> = (source, args: unknown, context, info) => {
  const type = info.parentType.name;
  const answers = type === 'Query' ? queries(context) : type === 'Mutation' ? mutations(context) : record(source);
  const value = answers[info.fieldName];
  if (value === undefined) {
    throw new Problem(422, `the local GitHub does not answer ${type}.${info.fieldName}`, { type: 'NOT_IMPLEMENTED' });
  }
  return typeof value === 'function' ? (value as (given: unknown) => unknown)(args) : value;
};

function errorView(error: GraphQLError): Record<string, unknown> {
  const cause = error.originalError;
  return {
    ...(cause instanceof Problem ? { type: cause.type } : {}),
    ...(error.path === undefined ? {} : { path: error.path }),
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    message: error.message,
  };
}

function failed(errors: readonly GraphQLError[]): Reply {
  return { status: 200, body: { errors: errors.map(errorView) } };
}

export async function serveGraphql(hub: Hub, viewer: Viewer, body: unknown): Promise<Reply> {
  if (viewer.kind === 'anonymous' || viewer.kind === 'app') {
    throw new Problem(401, 'This endpoint requires you to be authenticated.', { type: 'UNAUTHORIZED' });
  }
  const { query, variables, operationName } = record(body);
  if (typeof query !== 'string')
    return failed([new GraphQLError('A query attribute must be specified and must be a string.')]);
  let document;
  try {
    document = parse(query);
  } catch (error) {
    return failed([error instanceof GraphQLError ? error : new GraphQLError(String(error))]);
  }
  const published = await schema();
  const faults = validate(published, document);
  if (faults.length > 0) return failed(faults);
  const name = typeof operationName === 'string' ? operationName : null;
  if (getOperationAST(document, name) === null) return failed([new GraphQLError('An operation name is required')]);
  const contextValue: GraphqlContext = { hub, viewer };
  const result = await execute({
    schema: published,
    document,
    contextValue,
    variableValues: record(variables),
    operationName: name,
    fieldResolver: resolve,
  });
  const errors = result.errors ?? [];
  for (const { originalError } of errors) {
    const unexpected =
      originalError !== undefined && !(originalError instanceof Problem) && !(originalError instanceof GraphQLError);
    if (unexpected) process.emitWarning(originalError.stack ?? originalError.message);
  }
  return {
    status: 200,
    body: { data: result.data, ...(errors.length === 0 ? {} : { errors: errors.map(errorView) }) },
  };
}
