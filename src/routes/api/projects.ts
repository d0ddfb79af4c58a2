import { createProjects, deleteProject, deleteProjectWithTasks, findProject, listProjects, lockProject, updateProject, type NewProject, type Project, type ProjectFilter } from '../../repositories/projects.ts'
import { search } from '../../schemas/list.ts'
import { newProject, project, projectChange } from '../../schemas/resources.ts'
import type { Resource } from './collection.ts'

export const projects: Resource<Project, NewProject, ProjectFilter> = {
  plural: 'projects',
  singular: 'project',
  representation: project,
  creation: newProject,
  change: projectChange,
  filters: { search: search.optional() },
  list: listProjects,
  find: findProject,
  lock: lockProject,
  create: createProjects,
  update: updateProject,
  remove: deleteProject,
  children: { plural: 'tasks', remove: deleteProjectWithTasks },
  nameOf: ({ name }) => name
}
