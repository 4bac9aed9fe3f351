namespace Reflow.Core.Reports;

/// <summary>A field of a rule's form.</summary>
/// <param name="Id">A snowflake, unique among the rule's fields.</param>
/// <param name="Name">Its label.</param>
/// <param name="Type">Its control.</param>
/// <param name="IsRequired">Whether a report must fill it in. Not on the wire.</param>
/// <param name="Options">What can be chosen; null where anything can. Not on the wire.</param>
public sealed record ReportField(long Id, string Name, FieldType Type, bool IsRequired = false, IReadOnlyList<string>? Options = null);

/// <summary>The controls that a form is made of (contracts: report §2).</summary>
public enum FieldType
{
    /// <summary>Free text.</summary>
    Text,
    /// <summary>A decimal number.</summary>
    Number,
    /// <summary>One option of several.</summary>
    Dropdown,
    /// <summary>Pictures.</summary>
    Image,
    /// <summary>Files.</summary>
    Attachment,
    /// <summary>Several options.</summary>
    MultiSelect,
    /// <summary>A place.</summary>
    Address,
    /// <summary>A moment.</summary>
    Datetime,
}

/// <summary>The wire words of field types.</summary>
public static class FieldTypes
{
    /// <summary>The wire's word, its misspelling included.</summary>
    public static string Wire(this FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Number => "number",
        FieldType.Dropdown => "dropdown",
        FieldType.Image => "image",
        FieldType.Attachment => "attachement",
        FieldType.MultiSelect => "multiSelect",
        FieldType.Address => "address",
        FieldType.Datetime => "datetime",
    };

    /// <summary>Reads what <see cref="Wire"/> wrote; null when it is none.</summary>
    public static FieldType? Parse(string word)
    {
        foreach (var type in Enum.GetValues<FieldType>())
            if (type.Wire() == word) return type;
        return null;
    }
}
