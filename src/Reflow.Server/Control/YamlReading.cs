using Reflow.Core;

namespace Reflow.Server.Control;

/// <summary>What the sections of one document share while they are read: faults, declared ids, references, and which members were asked for.</summary>
sealed class YamlReading(string file)
{
    /// <summary>More than this are only counted.</summary>
    const int MostKept = 1000;

    readonly List<YamlSection> sections = [];
    readonly Dictionary<(string Scope, string Kind, string Id), WorkspacePlace> declared = [];
    readonly List<(string Scope, string Kind, string Id, WorkspacePlace Place)> references = [];
    readonly SortedDictionary<string, YamlMember>? members;

    YamlReading(string file, SortedDictionary<string, YamlMember> members) : this(file) => this.members = members;

    public string File => file;

    /// <summary>All faults so far, unordered.</summary>
    public List<WorkspaceFault> Faults { get; } = [];

    /// <summary>Whether every list has an element and every member is there, so that a reader asks for all that it knows.</summary>
    public bool IsCatalogue => members is not null;

    /// <summary>A reading that finds out which members a reader knows.</summary>
    public static YamlReading Catalogue(SortedDictionary<string, YamlMember> members) => new("", members);

    public void Add(YamlSection section) => sections.Add(section);

    public void Knows(string pattern, YamlMember member) => members?.TryAdd(pattern, member);

    public void Report(WorkspacePlace place, string sentence)
    {
        if (!IsCatalogue && Faults.Count < MostKept) Faults.Add(new(file, place.Line, place.Column, place.Path, sentence));
    }

    /// <summary>Notes an id; false, and a fault, when it is there already.</summary>
    public bool Declare(string scope, string kind, string id, WorkspacePlace place)
    {
        if (declared.TryAdd((scope, kind, id), place)) return true;
        Report(place, $"{id} is taken: {declared[(scope, kind, id)].Path} in line {declared[(scope, kind, id)].Line} is the same.");
        return false;
    }

    public void Refer(string scope, string kind, string id, WorkspacePlace place) => references.Add((scope, kind, id, place));

    /// <summary>Checks what can only be known at the end: members that nobody asked for, and references to what was never declared.</summary>
    public void Finish()
    {
        foreach (var section in sections) section.ReportUnknown();
        foreach (var (scope, kind, id, place) in references)
        {
            if (declared.ContainsKey((scope, kind, id))) continue;
            // Only the faults that will be shown are worth a search through all ids.
            var near = Faults.Count < Workspace.MostFaults ? Spelling.Nearest(id, declared.Keys.Where(d => d.Scope == scope && d.Kind == kind).Select(d => d.Id)) : null;
            Report(place, near is null ? $"There is no {kind} {id} in this file." : $"There is no {kind} {id} in this file; did you mean {near}?");
        }
    }
}

/// <summary>What a reader knows of a member.</summary>
/// <param name="Type">The JSON Schema type.</param>
/// <param name="IsRequired">Whether it must be there.</param>
/// <param name="Pattern">The regular expression that its text matches; null when it may be any.</param>
sealed record YamlMember(string Type, bool IsRequired, string? Pattern = null);
