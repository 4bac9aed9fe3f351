namespace Reflow.Core.Reports;

/// <summary>
/// A submitted report; the API calls it a task (contracts: report §5). Names and labels are those of the day it was submitted:
/// renaming a field, a rule or a person leaves old reports as they were read.
/// </summary>
/// <param name="Id">A snowflake whose high 32 bits are the second of submission, so that an order by id is an order by time and a span of time is a span of ids.</param>
/// <param name="RuleId">The rule that it follows.</param>
/// <param name="From">Who submitted it.</param>
/// <param name="Content">What it says.</param>
public sealed record Report(long Id, long RuleId, string From, ReportContent Content)
{
    /// <summary>When it was submitted, Unix seconds.</summary>
    public long CommitTime => Id >> 32;

    /// <summary>An id for a report that comes from elsewhere: of its second, and the same whenever the same report comes again.</summary>
    /// <param name="second">When it was submitted, Unix seconds.</param>
    /// <param name="origin">What names it where it comes from.</param>
    public static long IdOf(long second, string origin)
    {
        // FNV-1a: any spread over 31 bits will do, as long as it never changes.
        var hash = 2_166_136_261u;
        foreach (var character in origin) hash = (hash ^ character) * 16_777_619;
        return second << 32 | hash >> 1;
    }
}

/// <summary>What a report says and to whom.</summary>
/// <param name="RuleName">The rule's name.</param>
/// <param name="FromName">The submitter's name.</param>
/// <param name="DepartmentName">The name of the submitter's first department; empty without one.</param>
/// <param name="DepartmentIds">The submitter's departments, as <c>open_department_id</c>s.</param>
/// <param name="Fields">The form as it was filled in.</param>
/// <param name="To">Who received it, in order, as resolved when it was submitted.</param>
/// <param name="Cc">Who got a copy.</param>
public sealed record ReportContent(
    string RuleName, string FromName, string DepartmentName, IReadOnlyList<string> DepartmentIds,
    IReadOnlyList<FilledField> Fields, IReadOnlyList<Recipient> To, IReadOnlyList<string> Cc);

/// <summary>A field as it was filled in.</summary>
/// <param name="Id">The field's id.</param>
/// <param name="Name">Its label.</param>
/// <param name="Value">As <see cref="FieldValue.Render"/> wrote it.</param>
public sealed record FilledField(long Id, string Name, string Value);

/// <summary>Somebody who received a report.</summary>
/// <param name="UserId">The tenant's <c>user_id</c>.</param>
/// <param name="Name">The name.</param>
public sealed record Recipient(string UserId, string Name);
