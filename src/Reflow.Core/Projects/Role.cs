namespace Reflow.Core.Projects;

/// <summary>A role of a work item type (the wire's RoleConfDetail, contract project §2.4).</summary>
/// <param name="Key">The role's id on the wire.</param>
/// <param name="Name">What people read.</param>
public sealed record Role(string Key, string Name)
{
    /// <summary>Names in further languages, by language tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Who fills the role of a new item that names nobody.</summary>
    public MemberAssign Assign { get; init; } = MemberAssign.Manual;

    /// <summary>User keys of <see cref="MemberAssign.Specified"/>.</summary>
    public IReadOnlyList<string> Members { get; init; } = [];

    /// <summary>Whether nodes bound to the role, and creates that check, refuse an empty one.</summary>
    public bool Required { get; init; }

    /// <summary>Whether several people may have the role.</summary>
    public bool Several { get; init; } = true;
}

/// <summary>The wire's <c>member_assign_mode</c>; the numbers are the wire's.</summary>
public enum MemberAssign
{
    /// <summary>By hand.</summary>
    Manual = 1,
    /// <summary>The members that the role names.</summary>
    Specified = 2,
    /// <summary>Whoever created the item.</summary>
    Creator = 3,
}

/// <summary>A role of an item and who has it (the wire's RoleOwner).</summary>
/// <param name="Role">The role's key.</param>
/// <param name="Owners">User keys; null in a request = keep.</param>
public sealed record RoleOwner(string Role, IReadOnlyList<string>? Owners);

/// <summary>The words that say who may act, beside the role keys of the type (contract project §4.1).</summary>
public static class Permission
{
    /// <summary>Everybody.</summary>
    public const string Anybody = "_anybody";
    /// <summary>The owners of the node.</summary>
    public const string NodeOwner = "_node_owner";
    /// <summary>The administrators of the space.</summary>
    public const string SpaceManager = "_space_manager";
    /// <summary>Whoever created the item.</summary>
    public const string Creator = "_creator";
    /// <summary>The members of the space.</summary>
    public const string SpaceEditor = "_space_editor";

    /// <summary>All the words.</summary>
    public static IReadOnlyList<string> Words { get; } = [Anybody, NodeOwner, SpaceManager, Creator, SpaceEditor];
}
