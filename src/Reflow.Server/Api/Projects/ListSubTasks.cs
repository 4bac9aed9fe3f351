using Reflow.Core.Projects;
using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>GET …/:work_item_id/workflow/task?node_id= (contracts: project §2.5): the subtasks of one node, or of all that are there.</summary>
static class ListSubTasks
{
    public static void Serve(Routes routes, ProjectStore projects) => routes.Serve("project.sub_task.list", call =>
        new(ItemCall.Read(call, projects, ItemPath.Of(call), null, (_, found) =>
        {
            if (found.Flow is not { } flow || flow.Template.IsStateFlow) return new(ProjectErrors.WorkflowBroken);
            var asked = call.Query("node_id");
            var nodes = flow.Template.Nodes.Where(n => NodeFlow.Applies(found.Item, n) && (asked is null || n.Key == asked)).ToList();
            if (asked is not null && nodes.Count == 0) return new(ProjectErrors.NodeNotInWorkflow);
            return new(Reply.Data(json =>
            {
                json.WriteStartArray();
                foreach (var conf in nodes)
                {
                    var node = found.Item.NodeOf(conf.Key)!;
                    json.WriteStartObject();
                    json.WriteString("id"u8, conf.Key);
                    json.WriteString("state_key"u8, conf.Key);
                    json.WriteString("node_name"u8, conf.Name);
                    json.WriteNumber("template_id"u8, found.Item.TemplateId);
                    json.WriteNumber("version"u8, found.Item.TemplateVersion);
                    json.WriteStartArray("sub_tasks"u8);
                    foreach (var task in node.SubTasks) NodeJson.Write(json, flow, task, node.SubTasks);
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            }));
        })));
}
