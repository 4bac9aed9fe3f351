namespace Reflow.Core.Projects;

/// <summary>Review opinions and conclusions of nodes, and when a node really began and ended (contract project §2.2).</summary>
static class ReviewActs
{
    public static Error? Review(this Change change, TemplateNode conf, ProjectCommand.Review command)
    {
        if (!change[conf].Owners.Contains(change.By)) return ProjectErrors.OnlyNodeOwners.Because($"{change.By} does not own node {conf.Key}.");
        if (command.Reset)
        {
            if (change[conf] is { Reviews.Count: > 0 } or { Summary: not null }) change.Emit(new ProjectEvent.ReviewsCleared(conf.Key));
            return null;
        }
        if (command.Conclusion is { Length: > 0 } given && conf.Conclusions.All(c => c.Value != given))
            return ProjectErrors.ConclusionUnknown.Because($"Node {conf.Key} has no conclusion \"{given}\".");
        var old = command.OfNode ? change[conf].Summary : change[conf].Reviews.FirstOrDefault(r => r.User == change.By);
        var review = new Review(change.By, command.Conclusion ?? old?.Conclusion ?? "", command.Opinion ?? old?.Opinion ?? "", change.At);
        change.Emit(command.OfNode ? new ProjectEvent.Summarized(conf.Key, review) : new ProjectEvent.Reviewed(conf.Key, review));
        return null;
    }

    public static Error? SetTimes(this Change change, TemplateNode conf, ProjectCommand.SetTimes command)
    {
        var node = change[conf];
        if (node.Status is NodeStatus.NotStarted) return ProjectErrors.NodeNotArrived;
        if (command.Finished is not null && node.Status is not NodeStatus.Completed) return ProjectErrors.IllegalOperation.Because("Only a node that is completed has an end.");
        var (began, finished) = (command.Began ?? node.BeganAt, command.Finished ?? node.FinishedAt);
        foreach (var time in (long?[])[command.Began, command.Finished])
            if (time is { } ms && !FieldShape.IsMilliseconds(ms)) return ProjectErrors.TimeInvalid.Because($"{ms} is no time in milliseconds.");
        if (finished < began) return ProjectErrors.TimeInvalid.Because("The node would end before it begins.");
        if ((began, finished) != (node.BeganAt, node.FinishedAt)) change.Emit(new ProjectEvent.NodeTimed(conf.Key, began, finished));
        return null;
    }
}
