namespace Reflow.Core.Tasks;

/// <summary>
/// The refusals of Task v1. The pages were written at different times, so one code has other words, and sometimes another status, in other operations:
/// the newer pages (style N) write sentences, the older ones (style O) do not (contracts: task §3).
/// </summary>
public static class TaskErrors
{
    static readonly HashSet<string> Newer = ["task.v1.task.create", "task.v1.task.complete", "task.v1.task.collaborator.create"];

    /// <summary>The id is malformed, unknown, deleted or another tenant's: indistinguishable on purpose.</summary>
    public static readonly Error InvalidTaskId = new(1470602, 400, "Invalid task id.");
    /// <summary>Something in the request is wrong that has no code of its own.</summary>
    public static readonly Error BadParameters = new(1470400, 400, "The request failed due to incorrect request parameters.");
    /// <summary>A repeat rule needs a due time.</summary>
    public static readonly Error RepeatWithoutDue = new(1470400, 400, "Invalid Param 'repeat_rule', cannot set repeat_rule without setting due.");

    /// <summary>The bearer is neither a user's nor a tenant's token.</summary>
    public static Error WrongTokenKind(string operation) =>
        new(1470403, IsNewer(operation) ? 401 : 403, "The identity token is incorrect. It should be either user_access_token or tenant_access_token.");

    /// <summary>May read the task but not change it.</summary>
    public static Error NotEditable(string operation) => operation is "task.v1.task.patch"
        ? new(1470404, 400, "be refused to create or update task, perhaps you have no permission")
        : Styled(operation, 1470404, "Be refused to update task, possibly due to lack of permission.", "be refused to create or update task");

    /// <summary>May not even read the task.</summary>
    public static Error NotReadable(string operation) => operation is "task.v1.task.follower.list"
        ? new(1470432, 400, "No permission to get the task.")
        : Styled(operation, 1470432, "No permission to get the task.", "have no permission to get task");

    /// <summary>The server has more changes waiting than it takes.</summary>
    public static Error TooManyRequests(string operation) => IsNewer(operation)
        ? new(1470450, 429, "There are too many requests currently, please try again later.")
        : new(1470450, 400, "request too fast");

    /// <summary>Another change of the same task does not end.</summary>
    public static Error Concurrent(string operation) => Styled(operation, 1470451, "Operation requests for the same task are too frequent.", "request api concurrently");

    /// <summary>The store failed; null where the operation has no code of its own for that.</summary>
    public static Error? Failed(string operation) => operation switch
    {
        "task.v1.task.create" => new(1470600, 500, "Failed to create task."),
        "task.v1.task.list" => new(1470605, 500, "failed to get task list"),
        "task.v1.task.patch" => new(1470603, 500, "update task failed"),
        "task.v1.task.delete" => new(1470601, 500, "delete task failed"),
        "task.v1.task.complete" => new(1470604, 500, "Failed to update task completion status."),
        "task.v1.task.uncomplete" => new(1470604, 400, "Failed to update task completion status."),
        "task.v1.task.collaborator.create" => new(1470701, 500, "Failed to add task collaborator."),
        "task.v1.task.collaborator.delete" or "task.v1.task.batch_delete_collaborator" => new(1470702, 500, "failed to delete task collaborator"),
        "task.v1.task.follower.create" => new(1470711, 500, "failed to add task followers"),
        "task.v1.task.follower.delete" or "task.v1.task.batch_delete_follower" => new(1470712, 500, "failed to delete task followers"),
        "task.v1.task.reminder.create" => new(1470721, 500, "add task remainder failded"),
        "task.v1.task.reminder.delete" => new(1470722, 500, "failed to delete task reminder time"),
        "task.v1.task.comment.create" => new(1470730, 500, "failed to create comment"),
        "task.v1.task.comment.delete" => new(1470731, 500, "failed to delete comment"),
        "task.v1.task.comment.update" => new(1470732, 500, "failed to patch comment"),
        "task.v1.task.comment.get" or "task.v1.task.comment.list" => new(1470734, 500, "failed to get comment"),
        _ => null,
    };

    /// <summary>The title's markdown is broken.</summary>
    public static Error RichSummary(string operation) => Styled(operation, 1470410, "Failed to parse rich_summary.", "failed to parse rich_summary");

    /// <summary>The body's markdown is broken.</summary>
    public static Error RichDescription(string operation) => Styled(operation, 1470411, "Failed to parse rich_description.", "failed to parse rich_description");

    /// <summary>No such timezone.</summary>
    public static Error Timezone(string operation) => Styled(operation, 1470414, "Invalid timezone.", "invalid time zone");

    /// <summary>The platform's name is no dictionary of known locales.</summary>
    public static Error PlatformName(string operation) => Styled(operation, 1470415, "Invalid platform_i18n_name.", "invalid platform_i18n_name");

    /// <summary>The task has no title.</summary>
    public static readonly Error NoSummary = new(1470416, 400, "Both summary and rich_summary are empty.");

    /// <summary>More collaborators than a task may have.</summary>
    public static readonly Error TooManyCollaborators = new(1470429, 400, "The total number of collaborators exceeds the maximum number limit.");

    /// <summary>Everybody who should become a collaborator is one.</summary>
    public static readonly Error AllCollaborators = new(1470431, 400, "Users are all collaborators of tasks.");

    /// <summary>A collaborator's id that is none.</summary>
    public static readonly Error BadCollaborator = new(1470413, 400, "invalid collaborator id");

    /// <summary>A follower's id that is none, or an app's.</summary>
    public static readonly Error BadFollower = new(1470412, 400, "invalid follower id");

    /// <summary>More followers than a task may have.</summary>
    public static readonly Error TooManyFollowers = new(1470428, 400, "total follower exceeds limit");

    /// <summary>Everybody who should follow does.</summary>
    public static readonly Error AllFollowers = new(1470430, 400, "followers existed in task");

    /// <summary>The member is no collaborator of the task.</summary>
    public static readonly Error NoSuchCollaborator = new(1470700, 404, "task collaborator not found");

    /// <summary>The member does not follow the task.</summary>
    public static readonly Error NoSuchFollower = new(1470710, 404, "no task followers found");

    /// <summary>There is nothing to remind of.</summary>
    public static readonly Error NoDue = new(1470419, 400, "task due time not set");

    /// <summary>There is a reminder at this distance.</summary>
    public static readonly Error SameReminder = new(1470420, 400, "already exists duplicate reminder time");

    /// <summary>More reminders than a task may have.</summary>
    public static readonly Error TooManyReminders = new(1470427, 400, "total reminder exceeds limit");

    /// <summary>The task has no such reminder.</summary>
    public static readonly Error NoSuchReminder = new(1470720, 404, "task reminder time not found");

    /// <summary>A comment's markdown is broken.</summary>
    public static readonly Error RichContent = new(1470417, 400, "failed to parse rich_content");

    /// <summary>A comment says nothing.</summary>
    public static readonly Error EmptyComment = new(1470418, 400, "comment is empty");

    /// <summary>The task has no such comment.</summary>
    public static readonly Error NoSuchComment = new(1470733, 404, "comment not found");

    /// <summary>Larger pages than there are.</summary>
    public static readonly Error PageTooLarge = new(1470421, 400, "page_size exceed 100");

    /// <summary>A page_token that no answer of this list gave.</summary>
    public static readonly Error BadPageToken = new(1470422, 400, "failed to parse page_token");

    /// <summary>A patch names a member that no task has.</summary>
    public static readonly Error UnknownField = new(1470424, 400, "update_fields include unknown field");

    /// <summary>A patch names a member that cannot change.</summary>
    public static readonly Error ForbiddenField = new(1470425, 400, "update_fields include forbidden field");

    /// <summary>A patch names nothing.</summary>
    public static readonly Error NoFields = new(1470426, 400, "expected one or more update field");

    /// <summary>The task was deleted before.</summary>
    public static readonly Error Deleted = new(1470433, 400, "todo has been deleted");

    /// <summary>The repeat rule is no RRULE.</summary>
    public static Error BadRepeatRule(string operation) => Styled(operation, 1470434, "Invalid repeat rule, please check the format.", "invalid repeat rule, please check the format");

    /// <summary>Extra data that is not base64.</summary>
    public static Error Extra(string operation) => Styled(operation, 1470435, "Failed to decode extra by base64.", "decode extra by base64 failed");

    /// <summary>A link that nothing can open.</summary>
    public static Error OriginUrl(string operation) => Styled(operation, 1470436,
        "Failed to parse url of origin, should start with http, https or applink.", "failed to parse url of origin, should start with http, https or applink");

    /// <summary>Title or body too long.</summary>
    public static Error TooLong(string operation) => Styled(operation, 1470437,
        "Summary or description length exceed limit, the maximum length of summary is 256, the maximum length of description is 65536.",
        "summary or description length exceed limit, the maximum length of summary is 256, the maximum length of description is 65536");

    /// <summary>The custom completion is not what it should be.</summary>
    public static Error Custom(string operation) => Styled(operation, 1470438, "Invalid custom, please check the format.", "invalid custom, please check the format");

    /// <summary>A moment that is none.</summary>
    public static Error Timestamp(string operation) => Styled(operation, 1470439, "Failed to get time by timestamp.", "failed to get time by timestamp");

    static Error Styled(string operation, int code, string newer, string older) => new(code, 400, IsNewer(operation) ? newer : older);

    static bool IsNewer(string operation) => Newer.Contains(operation);
}
