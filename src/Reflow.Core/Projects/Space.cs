namespace Reflow.Core.Projects;

/// <summary>People of a space who work together (contract project §2.4, teams/all).</summary>
/// <param name="Id">The wire's <c>team_id</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="Members">User keys.</param>
/// <param name="Administrators">User keys.</param>
public sealed record Team(long Id, string Name, IReadOnlyList<string> Members, IReadOnlyList<string> Administrators);

/// <summary>A business line of a space (contract project §2.4, business/all); a field of type business holds its id.</summary>
/// <param name="Id">The stable id.</param>
/// <param name="Name">What people read.</param>
public sealed record Business(string Id, string Name)
{
    /// <summary>Labels to sort it by.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Who has which role in its items, by role key.</summary>
    public IReadOnlyList<RoleOwner> RoleOwners { get; init; } = [];

    /// <summary>User keys of those who watch it.</summary>
    public IReadOnlyList<string> Watchers { get; init; } = [];

    /// <summary>User keys of those who lead it.</summary>
    public IReadOnlyList<string> Masters { get; init; } = [];

    /// <summary>Whether it may not be chosen any more.</summary>
    public bool Disabled { get; init; }

    /// <summary>The business lines below it.</summary>
    public IReadOnlyList<Business> Children { get; init; } = [];
}
