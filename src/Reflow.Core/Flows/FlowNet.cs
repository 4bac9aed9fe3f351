using System.Collections.Frozen;
using Reflow.Core.Conditions;

namespace Reflow.Core.Flows;

/// <summary>A valid definition, indexed for walking: built once per version and shared by all its instances.</summary>
public sealed class FlowNet
{
    readonly FrozenDictionary<string, FlowNode> nodes;
    readonly FrozenDictionary<string, FlowEdge[]> leaving;
    readonly FrozenDictionary<string, Region?> regions;
    readonly FrozenDictionary<string, string> joins;
    readonly FrozenSet<string> ends;
    readonly FrozenDictionary<string, RollbackPolicy> rollbacks;
    readonly FrozenDictionary<string, Condition> conditions;

    FlowNet(FlowDefinition definition, FlowRegions found)
    {
        Definition = definition;
        nodes = definition.Nodes.ToFrozenDictionary(n => n.Key);
        leaving = definition.Nodes.ToFrozenDictionary(n => n.Key, n => definition.Edges.Where(e => e.From == n.Key).ToArray());
        regions = found.Of.ToFrozenDictionary();
        joins = found.JoinOf.ToFrozenDictionary();
        ends = found.JoinOf.Values.ToFrozenSet();
        rollbacks = definition.Nodes.ToFrozenDictionary(n => n.Key,
            n => (n as FlowNode.Human)?.Rollback?.Over(definition.Rollback) ?? definition.Rollback);
        var schema = FlowValidation.Schema(definition);
        conditions = definition.Edges.Select(e => e.When).Concat(definition.Nodes.SelectMany(Rules).SelectMany(Whens)).OfType<string>().Distinct()
            .ToFrozenDictionary(text => text, text => Condition.Parse(text, schema).Condition!);
        Start = (FlowNode.Start)definition.Nodes.Single(n => n is FlowNode.Start);
    }

    /// <summary>The definition.</summary>
    public FlowDefinition Definition { get; }

    /// <summary>The start node.</summary>
    public FlowNode.Start Start { get; }

    /// <summary>The net of a definition without faults.</summary>
    /// <exception cref="ArgumentException">The definition has faults: <see cref="FlowValidation.Faults"/> was not asked first.</exception>
    public static FlowNet Of(FlowDefinition definition) => FlowValidation.Faults(definition) is [var fault, ..]
        ? throw new ArgumentException($"{fault.Path}: {fault.Sentence}", nameof(definition))
        : new(definition, FlowRegions.Find(definition));

    /// <summary>The node with this key.</summary>
    public FlowNode this[string key] => nodes[key];

    /// <summary>The node with this key; null when this version has none, as with what was passed and undone before a migration.</summary>
    public FlowNode? Find(string key) => nodes.GetValueOrDefault(key);

    /// <summary>The edges that leave a node, in the definition's order.</summary>
    public IReadOnlyList<FlowEdge> Leaving(string key) => leaving[key];

    /// <summary>The one node behind a node that is no fork.</summary>
    public string After(string key) => leaving[key][0].To;

    /// <summary>The rollback policy that holds for tasks of a node.</summary>
    public RollbackPolicy RollbackOf(string key) => rollbacks.GetValueOrDefault(key, Definition.Rollback);

    /// <summary>Whether a node is where the branches of a fork come together.</summary>
    public bool IsJoin(string key) => ends.Contains(key);

    /// <summary>The join of a fork; null when the node is none.</summary>
    public string? JoinOf(string split) => joins.GetValueOrDefault(split);

    /// <summary>The join of the innermost fork that a node is inside of; null on the trunk.</summary>
    public string? JoinAround(string key) => regions[key] is { } region ? joins[region.Split] : null;

    /// <summary>Whether a condition of the definition holds for these values of the form.</summary>
    public bool Holds(string condition, IReadOnlyDictionary<string, ConditionValue> form) => conditions[condition].Evaluate(form);

    /// <summary>How many it takes at a node; the start takes its initiator.</summary>
    public (Mode Mode, int Percent) ModeOf(string key) => Find(key) is FlowNode.Human human ? (human.Mode, human.Percent) : (Mode.All, 100);

    /// <summary>Every rule that names people, whatever its condition.</summary>
    public IEnumerable<AssigneeRule> AllRules => Definition.Nodes.SelectMany(Rules).SelectMany(Flat);

    static IReadOnlyList<AssigneeRule> Rules(FlowNode node) => node switch
    {
        FlowNode.Human human => human.Assignees,
        FlowNode.Cc cc => cc.Readers,
        _ => [],
    };

    static IEnumerable<AssigneeRule> Flat(AssigneeRule rule) => rule is AssigneeRule.ByCondition by
        ? by.Cases.SelectMany(c => c.Assignees).Concat(by.Otherwise).SelectMany(Flat)
        : [rule];

    static IEnumerable<string> Whens(AssigneeRule rule) => rule is AssigneeRule.ByCondition by
        ? by.Cases.Select(c => c.When).Concat(by.Cases.SelectMany(c => c.Assignees).Concat(by.Otherwise).SelectMany(Whens))
        : [];
}

/// <summary>A branch of a fork in the definition.</summary>
/// <param name="Split">The key of the gateway that forks.</param>
/// <param name="Branch">The position of the branch's edge.</param>
/// <param name="Outer">The branch that the fork itself is inside of.</param>
sealed record Region(string Split, int Branch, Region? Outer);
