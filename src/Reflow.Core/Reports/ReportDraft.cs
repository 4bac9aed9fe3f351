namespace Reflow.Core.Reports;

/// <summary>A report that is being written (contracts: report §5).</summary>
/// <param name="Id">A snowflake of the second in which it was begun.</param>
/// <param name="RuleId">The rule that it follows.</param>
/// <param name="Cycle">The cycle that it is for, by its first day; empty where the rule has no cycles.</param>
/// <param name="UserId">Who writes it.</param>
/// <param name="Contents">What was filled in so far: by field id, one text, or one for each choice or file.</param>
/// <param name="CreatedAt">Unix ms.</param>
/// <param name="UpdatedAt">Unix ms.</param>
public sealed record ReportDraft(
    long Id, long RuleId, string Cycle, string UserId, IReadOnlyDictionary<string, IReadOnlyList<string>> Contents, long CreatedAt, long UpdatedAt)
{
    /// <summary>The same contents with the fields named by their ids, so that they stay theirs when the form names them otherwise. Names that no field has stay.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> ById(IReadOnlyList<ReportField> fields, IReadOnlyDictionary<string, IReadOnlyList<string>> contents)
    {
        var ids = fields.ToDictionary(field => field.Name, field => $"{field.Id}");
        return contents.ToDictionary(entry => ids.GetValueOrDefault(entry.Key, entry.Key), entry => entry.Value);
    }
}
