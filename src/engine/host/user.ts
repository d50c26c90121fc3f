import { userInfo } from 'node:os';

/** Whether `name`, `uid`, `name:group` or `uid:gid`, as ECS writes a user, is who runs this. */
export function isCurrentUser(user: string): boolean {
  const current = currentUser();
  const [name, group] = user.split(':');
  const isUser = name === String(current.uid) || name === current.username;
  const groups = [undefined, String(current.gid), current.username];
  return isUser && groups.includes(group);
}

/** `userInfo` throws for a user id that has no entry in the system's list of users. */
function currentUser(): { uid: number; gid: number; username: string | undefined } {
  try {
    return userInfo();
  } catch {
    return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, username: undefined };
  }
}
