namespace Reflow.Core.Projects;

/// <summary>A condition over the item's fields: when a node or a form item is there, and when it is required. Total: it never throws.</summary>
/// <param name="Text">The condition as it was written.</param>
/// <param name="Holds">Its meaning.</param>
public sealed record When(string Text, Func<WorkItem, bool> Holds);
