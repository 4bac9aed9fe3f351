using System.Diagnostics;

namespace Reflow.Core.Projects.Search;

/// <summary>
/// One thing that is true of an item and can be searched: a text or a number under a key. The store keeps them in rows beside the item, in the item's own
/// transaction; what an item's own row says (id, status, times, creator) is no fact.
/// </summary>
/// <param name="Key">A field's key, or one of <see cref="ItemFacts"/>.</param>
/// <param name="Row">The row of a compound field that it belongs to, from 1; 0 outside of one.</param>
/// <param name="At">Its place among those of the same key and row.</param>
/// <param name="Text">A text, an option's id, a user key; null for a number.</param>
/// <param name="Number">A number, Unix milliseconds, an item's id, 0 or 1; null for a text.</param>
public sealed record ItemFact(string Key, int Row, int At, string? Text, double? Number)
{
    /// <summary>The text as <see cref="ItemTest.Contains"/> looks at it: without regard to case.</summary>
    public string? Folded => Text is null ? null : ItemFacts.Fold(Text);
}

/// <summary>Which facts there are about an item (contract project §2.3, fixed keys of search).</summary>
public static class ItemFacts
{
    /// <summary>The title.</summary>
    public const string Name = "name";
    /// <summary>The template's id.</summary>
    public const string Template = "template";
    /// <summary>Everybody who has to do with it: its creator, its roles, the owners of its nodes.</summary>
    public const string People = "people";
    /// <summary>The names of the nodes in progress.</summary>
    public const string CurrentNodes = "current_nodes";
    /// <summary>The names of all nodes that are there.</summary>
    public const string AllStates = "all_states";
    /// <summary>When it was finished.</summary>
    public const string FinishTime = "finish_time";

    // A field of the same key would be mistaken for them.
    static readonly HashSet<string> Own = [Name, Template, People, CurrentNodes, AllStates, FinishTime];

    /// <summary>The members of a role.</summary>
    public static string Role(string key) => "role/" + key;
    /// <summary>The owners of the nodes with a name.</summary>
    public static string Owners(string node) => "owners/" + node;
    /// <summary>When a node with this name arrived.</summary>
    public static string Began(string node) => "began/" + node;
    /// <summary>When a node with this name was done.</summary>
    public static string Ended(string node) => "ended/" + node;

    /// <summary>A field inside the rows of a compound field.</summary>
    public static string Of(string compound, string field) => compound + "/" + field;

    /// <summary>A text as searches for a part of it compare: without regard to case.</summary>
    public static string Fold(string text) => text.ToLowerInvariant();

    /// <summary>Whether an event may change a fact about its item; after one that may not, nothing need be looked at.</summary>
    public static bool Concern(ProjectEvent e) => e is ProjectEvent.Created or ProjectEvent.Deleted or ProjectEvent.Renamed or ProjectEvent.FieldChanged or ProjectEvent.RoleChanged
        or ProjectEvent.StatusChanged or ProjectEvent.Finished or ProjectEvent.Reopened or ProjectEvent.OwnersChanged or ProjectEvent.NodeReached or ProjectEvent.NodePassed
        or ProjectEvent.NodeRolledBack or ProjectEvent.NodeReset or ProjectEvent.NodeTimed;

    /// <summary>All facts about an item that its rules are known of.</summary>
    public static IReadOnlyList<ItemFact> Of(NodeFlow flow, WorkItem item)
    {
        List<ItemFact> facts = [];
        Texts(Name, [item.Name]);
        Number(Template, item.TemplateId);
        if (item.FinishedAt is { } finished) Number(FinishTime, finished);
        Texts(People, [item.CreatedBy, .. item.RoleOwners.SelectMany(r => r.Owners ?? []), .. item.Nodes.SelectMany(n => n.Owners)]);
        foreach (var role in item.RoleOwners) Texts(Role(role.Role), role.Owners ?? []);
        // Names repeat: two nodes of one name are one to a search.
        foreach (var named in flow.Template.Nodes.Where(n => NodeFlow.Applies(item, n)).GroupBy(n => n.Name))
        {
            var nodes = named.Select(n => item.NodeOf(n.Key)).OfType<Node>().ToList();
            Texts(Owners(named.Key), nodes.SelectMany(n => n.Owners));
            Times(Began(named.Key), nodes.Select(n => n.BeganAt));
            Times(Ended(named.Key), nodes.Select(n => n.FinishedAt));
        }
        foreach (var state in flow.Template.States)
        {
            // An item may come to a state again: the last time counts.
            var last = item.Statuses.Count - 1;
            while (last >= 0 && item.Statuses[last].Key != state.Key) last--;
            if (last >= 0) Times(Began(state.Name), [item.Statuses[last].At]);
            if (last >= 0 && last + 1 < item.Statuses.Count) Times(Ended(state.Name), [item.Statuses[last + 1].At]);
        }
        Texts(AllStates, [.. flow.Template.Nodes.Where(n => NodeFlow.Applies(item, n)).Select(n => n.Name), .. flow.Template.States.Select(s => s.Name)]);
        Texts(CurrentNodes,
        [
            .. flow.Template.Nodes.Where(n => NodeFlow.Applies(item, n) && item.NodeOf(n.Key)?.Status is NodeStatus.InProgress).Select(n => n.Name),
            .. flow.Template.States.Where(s => s.Key == item.Status).Select(s => s.Name),
        ]);
        foreach (var (key, value) in item.Fields)
            if (!Own.Contains(key)) Add(facts, key, 0, value);
        return [.. facts.DistinctBy(f => (f.Key, f.Row, f.At))];

        void Texts(string key, IEnumerable<string> texts)
        {
            var at = 0;
            foreach (var text in texts.Distinct()) facts.Add(new(key, 0, at++, text, null));
        }

        void Times(string key, IEnumerable<long?> times)
        {
            var at = 0;
            foreach (var time in times) if (time is { } ms) facts.Add(new(key, 0, at++, null, ms));
        }

        void Number(string key, double number) => facts.Add(new(key, 0, 0, null, number));
    }

    static void Add(List<ItemFact> facts, string key, int row, FieldValue? value)
    {
        var at = 0;
        Put(value);

        void Put(FieldValue? one)
        {
            switch (one)
            {
                case null: break;
                case FieldValue.Text text: facts.Add(new(key, row, at++, text.Value, null)); break;
                case FieldValue.Number number: facts.Add(new(key, row, at++, null, (double)number.Value)); break;
                case FieldValue.Flag flag: facts.Add(new(key, row, at++, null, flag.Value ? 1 : 0)); break;
                case FieldValue.Items rows when rows.Values is [FieldValue.Items, ..]: Compound(facts, key, rows); break;
                case FieldValue.Items blocks when blocks.Values is [FieldValue.Members first, ..] && first["value"] is null: facts.Add(new(key, row, at++, Plain(blocks), null)); break;
                case FieldValue.Items items:
                    foreach (var item in items.Values) Put(item);
                    break;
                // An option; in a tree, each level of the branch.
                case FieldValue.Members { Values: var members } when members.ContainsKey("value"):
                    Put(members["value"]);
                    Put(members.GetValueOrDefault("children"));
                    break;
                case FieldValue.Members schedule: Put(schedule["start_time"]); break;
                default: throw new UnreachableException();
            }
        }
    }

    // A fact for each row, so that a row can be told from the others; and the row's own.
    static void Compound(List<ItemFact> facts, string key, FieldValue.Items rows)
    {
        for (var i = 0; i < rows.Values.Count; i++)
        {
            facts.Add(new(key, i + 1, 0, null, i + 1));
            if (rows.Values[i] is not FieldValue.Items pairs) continue;
            foreach (var pair in pairs.Values.OfType<FieldValue.Members>().Where(p => p["field_key"] is FieldValue.Text).DistinctBy(p => p["field_key"]))
                if (pair["field_value"] is not FieldValue.Items { Values: [FieldValue.Items, ..] }) Add(facts, Of(key, ((FieldValue.Text)pair["field_key"]!).Value), i + 1, pair["field_value"]);
        }
    }

    /// <summary>The words of a rich text, without its form.</summary>
    public static string Plain(FieldValue? value) => value switch
    {
        FieldValue.Items items => string.Join('\n', items.Values.Select(Plain).Where(t => t.Length > 0)),
        FieldValue.Members members => string.Concat(members.Values.Where(m => m.Key is "text" or "content" or "children").Select(m => Plain(m.Value))),
        FieldValue.Text text => text.Value,
        _ => "",
    };
}
