namespace Reflow.Core.Projects;

/// <summary>What is wrong with a state flow: a faultless one has one start, from which every state is reached, and an end that every state can come to.</summary>
static class StateFaults
{
    public static void Of(WorkItemType type, Template template, Action<string, string> fault)
    {
        if (template.Nodes.Count > 0) fault("nodes", "Items of this type go from state to state.");
        if (template.Connections.Count > 0) fault("connections", "Items of this type go from state to state.");
        if (template.States.Count == 0) fault("states", "A state flow needs a state.");
        var keys = template.States.Select(s => s.Key).ToList();
        for (var i = 0; i < template.States.Count; i++)
        {
            var (state, at) = (template.States[i], i);
            if (state.Key.Length == 0) fault($"states[{i}].key", "A state needs a key.");
            if (keys.IndexOf(state.Key) < i) fault($"states[{i}].key", $"The key {state.Key} is another state's.");
            for (var role = 0; role < state.AuthorizedRoles.Count; role++)
                if (type.RoleOf(state.AuthorizedRoles[role]) is null && !Permission.Words.Contains(state.AuthorizedRoles[role]) || state.AuthorizedRoles[role] == Permission.NodeOwner)
                    fault($"states[{i}].authorized_roles[{role}]", $"The type has no role {state.AuthorizedRoles[role]}.");
            TemplateFaults.Form(type, state.Form, (path, message) => fault($"states[{at}].{path}", message));
        }
        for (var i = 0; i < template.Transitions.Count; i++)
        {
            var way = template.Transitions[i];
            if (way.Id == 0) fault($"transitions[{i}].transition_id", "A transition's id is not 0.");
            if (template.Transitions.Take(i).Any(t => t.Id == way.Id)) fault($"transitions[{i}].transition_id", $"The id {way.Id} is another transition's.");
            if (!keys.Contains(way.From)) fault($"transitions[{i}].from", $"There is no state {way.From}.");
            if (!keys.Contains(way.To)) fault($"transitions[{i}].to", $"There is no state {way.To}.");
            if (way.From == way.To) fault($"transitions[{i}]", $"State {way.From} leads to itself.");
        }
        Ends(template, keys, fault);
    }

    static void Ends(Template template, List<string> keys, Action<string, string> fault)
    {
        var starts = template.States.Where(s => s.Kind is StateKind.Start).ToList();
        if (template.States.Count > 0 && starts.Count == 0) fault("states", "A state flow needs a start.");
        foreach (var second in starts.Skip(1)) fault($"states[{keys.IndexOf(second.Key)}]", $"State {second.Key} is a second start beside {starts[0].Key}.");
        if (template.States.Count > 0 && template.States.All(s => s.Kind is not StateKind.Archived)) fault("states", "A state flow needs an archived state.");
        if (starts is not [var start]) return;
        var reached = Closure([start.Key], key => template.Transitions.Where(t => t.From == key).Select(t => t.To));
        var ending = Closure([.. template.States.Where(s => s.Kind is StateKind.Archived).Select(s => s.Key)], key => template.Transitions.Where(t => t.To == key).Select(t => t.From));
        for (var i = 0; i < keys.Count; i++)
        {
            if (!reached.Contains(keys[i])) fault($"states[{i}]", $"State {keys[i]} is never reached.");
            if (ending.Count > 0 && !ending.Contains(keys[i])) fault($"states[{i}]", $"From state {keys[i]} an item never comes to an end.");
        }
    }

    static HashSet<string> Closure(List<string> from, Func<string, IEnumerable<string>> next)
    {
        HashSet<string> found = [.. from];
        for (var i = 0; i < from.Count; i++)
            foreach (var key in next(from[i]))
                if (found.Add(key)) from.Add(key);
        return found;
    }
}
