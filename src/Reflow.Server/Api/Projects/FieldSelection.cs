using Reflow.Core;
using Reflow.Core.Projects;
using Reflow.Server.Gateway;

namespace Reflow.Server.Api.Projects;

/// <summary>The <c>fields</c> of a query: these fields only, or all but those with a leading <c>-</c>; never mixed (20015).</summary>
sealed class FieldSelection
{
    readonly HashSet<string> named;
    readonly bool except;

    FieldSelection(HashSet<string> named, bool except) => (this.named, this.except) = (named, except);

    /// <summary>Every field.</summary>
    public static FieldSelection All { get; } = new([], except: false);

    /// <summary>These fields and no other.</summary>
    public static FieldSelection Only(IEnumerable<string> fields) => new([.. fields], except: false);

    /// <summary>Reads it from a body.</summary>
    public static (FieldSelection Selection, Error? Error) Of(Input body)
    {
        IReadOnlyList<string> fields = body.Says("fields") ? body.Texts("fields", 10_000) : [];
        var without = fields.Count(f => f.StartsWith('-'));
        return (new([.. fields.Select(f => f.StartsWith('-') ? f[1..] : f)], without > 0), without > 0 && without < fields.Count ? ProjectErrors.FieldsMixed : null);
    }

    /// <summary>Whether a field is wanted.</summary>
    public bool Has(string key, string? alias = null) =>
        named.Count == 0 || (named.Contains(key) || alias is not null && named.Contains(alias)) != except;
}
