namespace Reflow.Core.Directory;

/// <summary>Who acts: a member of the tenant, or an app under its own token (contracts: task §0.2, §4).</summary>
public abstract record Actor
{
    Actor() { }

    /// <summary>A member.</summary>
    /// <param name="UserId">The tenant's <c>user_id</c>.</param>
    public sealed record User(string UserId) : Actor
    {
        /// <inheritdoc/>
        public override string ToString() => $"user:{UserId}";
    }

    /// <summary>An app.</summary>
    /// <param name="AppId">The <c>cli_…</c> id.</param>
    public sealed record App(string AppId) : Actor
    {
        /// <inheritdoc/>
        public override string ToString() => $"app:{AppId}";
    }

    /// <summary>Reads what <see cref="object.ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is no actor.</exception>
    public static Actor Parse(string text) => text.Split(':', 2) switch
    {
        ["user", var id] => new User(id),
        ["app", var id] => new App(id),
        _ => throw new FormatException($"'{text}' is no actor"),
    };
}
