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
    public static Error NotReadable(string operation) => Styled(operation, 1470432, "No permission to get the task.", "have no permission to get task");

    /// <summary>The server has more changes waiting than it takes.</summary>
    public static Error TooManyRequests(string operation) => IsNewer(operation)
        ? new(1470450, 429, "There are too many requests currently, please try again later.")
        : new(1470450, 400, "request too fast");

    /// <summary>Another change of the same task does not end.</summary>
    public static Error Concurrent(string operation) => Styled(operation, 1470451, "Operation requests for the same task are too frequent.", "request api concurrently");

    /// <summary>The store failed.</summary>
    public static Error Failed(string operation) => operation switch
    {
        "task.v1.task.create" => new(1470600, 500, "Failed to create task."),
        "task.v1.task.complete" => new(1470604, 500, "Failed to update task completion status."),
        "task.v1.task.uncomplete" => new(1470604, 400, "Failed to update task completion status."),
        _ => new(1470603, 500, "update task failed"),
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
