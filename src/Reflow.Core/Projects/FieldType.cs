namespace Reflow.Core.Projects;

/// <summary>What a field holds, the wire's <c>field_type_key</c> (contract project §2.1).</summary>
public enum FieldType
{
    /// <summary>One line of text.</summary>
    Text,
    /// <summary>A link.</summary>
    Link,
    /// <summary>A telephone number.</summary>
    Telephone,
    /// <summary>A mail address.</summary>
    Email,
    /// <summary>Rich text: plain text or an array of blocks.</summary>
    MultiText,
    /// <summary>One option.</summary>
    Select,
    /// <summary>One option, shown as buttons.</summary>
    Radio,
    /// <summary>Several options.</summary>
    MultiSelect,
    /// <summary>One option of a tree.</summary>
    TreeSelect,
    /// <summary>Several options of a tree.</summary>
    TreeMultiSelect,
    /// <summary>One user key.</summary>
    User,
    /// <summary>Several user keys.</summary>
    MultiUser,
    /// <summary>A moment, Unix milliseconds.</summary>
    Date,
    /// <summary>A start and an end, Unix milliseconds.</summary>
    Schedule,
    /// <summary>A number.</summary>
    Number,
    /// <summary>True or false.</summary>
    Bool,
    /// <summary>True, false or not known yet; a required one must be true.</summary>
    Signal,
    /// <summary>The id of a business line.</summary>
    Business,
    /// <summary>How the group chat is made: <c>auto</c>, <c>disabled</c> or <c>bind</c>.</summary>
    GroupType,
    /// <summary>The id of one work item.</summary>
    WorkItemRelatedSelect,
    /// <summary>The ids of several work items.</summary>
    WorkItemRelatedMultiSelect,
    /// <summary>Roles and their members, the item's own.</summary>
    RoleOwners,
    /// <summary>Rows of fields.</summary>
    CompoundField,
    /// <summary>Links to documents.</summary>
    LinkCloudDoc,
    /// <summary>Attachments; written through the attachment calls only.</summary>
    MultiFile,
    /// <summary>A value that Reflow computes; never written by a call.</summary>
    Calculated,
    /// <summary>A vote; never written by an update.</summary>
    Vote,
}

/// <summary>The words of the wire for <see cref="FieldType"/>.</summary>
public static class FieldTypeWords
{
    static readonly Dictionary<string, FieldType> ByWord = Words();

    /// <summary>The wire's word, in the underscore spelling.</summary>
    public static string Wire(this FieldType type) => type switch
    {
        FieldType.Text => "text",
        FieldType.Link => "link",
        FieldType.Telephone => "telephone",
        FieldType.Email => "email",
        FieldType.MultiText => "multi_text",
        FieldType.Select => "select",
        FieldType.Radio => "radio",
        FieldType.MultiSelect => "multi_select",
        FieldType.TreeSelect => "tree_select",
        FieldType.TreeMultiSelect => "tree_multi_select",
        FieldType.User => "user",
        FieldType.MultiUser => "multi_user",
        FieldType.Date => "date",
        FieldType.Schedule => "schedule",
        FieldType.Number => "number",
        FieldType.Bool => "bool",
        FieldType.Signal => "signal",
        FieldType.Business => "business",
        FieldType.GroupType => "group_type",
        FieldType.WorkItemRelatedSelect => "work_item_related_select",
        FieldType.WorkItemRelatedMultiSelect => "work_item_related_multi_select",
        FieldType.RoleOwners => "role_owners",
        FieldType.CompoundField => "compound_field",
        FieldType.LinkCloudDoc => "link_cloud_doc",
        FieldType.MultiFile => "multi_file",
        FieldType.Calculated => "calculated",
        FieldType.Vote => "vote",
    };

    /// <summary>The type of a word in any of its spellings (contract project §1.6 item 7); null for a word that is none.</summary>
    public static FieldType? Parse(string word) => ByWord.TryGetValue(word.Replace('-', '_'), out var type) ? type : null;

    static Dictionary<string, FieldType> Words()
    {
        var words = Enum.GetValues<FieldType>().ToDictionary(t => t.Wire());
        words["workitem_related_select"] = FieldType.WorkItemRelatedSelect;
        words["workitem_related_multi_select"] = FieldType.WorkItemRelatedMultiSelect;
        words["tree_multi"] = FieldType.TreeMultiSelect;
        return words;
    }
}
