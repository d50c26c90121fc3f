/** Tags of a task definition ("Tag" of the ECS API reference). */
import type { Problem } from '../../errors.ts';
import { refusal, remark } from './findings.ts';
import type { TaskDefinition } from './task-definition.ts';

const MOST_TAGS = 50;
const MOST_IN_KEY = 128;
const MOST_IN_VALUE = 256;

/** AWS's own, as CloudFormation sets them: they don't count. */
const RESERVED = /^aws:/i;

export function tagsProblems({ tags = [] }: TaskDefinition): Problem[] {
  const keys = tags.map(({ key = '' }) => key);
  const count = keys.filter((key) => !RESERVED.test(key)).length;
  return [
    ...(count > MOST_TAGS
      ? refusal(['tags'], `are at most ${MOST_TAGS}, and these are ${count}`)
      : []),
    ...tags.flatMap(({ key = '', value = '' }, index) => [
      ...keyProblems(key, keys.indexOf(key), index),
      ...([...value].length > MOST_IN_VALUE
        ? refusal(['tags', index, 'value'], `has at most ${MOST_IN_VALUE} characters`)
        : []),
    ]),
  ];
}

function keyProblems(key: string, first: number, index: number): Problem[] {
  const path = ['tags', index, 'key'];
  const { length } = [...key];
  return [
    ...(length < 1 || length > MOST_IN_KEY
      ? refusal(path, `must have from 1 to ${MOST_IN_KEY} characters, not ${length}`)
      : []),
    ...(first < index ? refusal(path, `tags[${first}] has the key "${key}" already`) : []),
    // Not an error: describe-task-definition prints them, and here they mean nothing.
    ...(RESERVED.test(key)
      ? remark(path, `"${key}" is reserved for AWS, which sets it itself`, 'leave it out')
      : []),
  ];
}
