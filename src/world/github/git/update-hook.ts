/**
 * The `update` hook of every bare repository. The server decides before the push which branches refuse it,
 * and hands the decision over in the environment, so that git itself says no, ref by ref.
 */
export const UPDATE_HOOK = `#!/bin/sh
zero=0000000000000000000000000000000000000000
case " $LOCAL_GITHUB_REFUSED " in
*" $1 "*)
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: $LOCAL_GITHUB_REASON" >&2
  exit 1 ;;
esac
case " $LOCAL_GITHUB_NO_FORCE " in
*" $1 "*)
  if [ "$3" = "$zero" ]; then
    echo "error: GH006: Protected branch update failed for $1." >&2
    echo "error: Cannot delete a protected branch" >&2
    exit 1
  fi
  if [ "$2" != "$zero" ] && ! git merge-base --is-ancestor "$2" "$3"; then
    echo "error: GH006: Protected branch update failed for $1." >&2
    echo "error: Cannot force-push to a protected branch" >&2
    exit 1
  fi ;;
esac
exit 0
`;
